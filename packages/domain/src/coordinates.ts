/** Where a record stands in Kafka. */
export interface Coordinates {
  topic: string;
  partition: number;
  offset: number;
}

/** As headers carry it: `topic:partition:offset`. */
export function formatCoordinates(at: Coordinates): string {
  return `${at.topic}:${at.partition}:${at.offset}`;
}

export function parseCoordinates(text: string): Coordinates | undefined {
  const found = /^([^:]+):(\d{1,9}):(\d{1,15})$/.exec(text);
  if (!found) return undefined;
  return { topic: found[1] as string, partition: Number(found[2]), offset: Number(found[3]) };
}
