/** Where a record stands in Kafka. */
export interface Coordinates {
  topic: string;
  partition: number;
  offset: number;
}

/**
 * In the origin of a test, whose event is made for it alone and stands in no topic. The offset is the time that it was
 * made at, epoch milliseconds.
 */
export const TEST_TOPIC = 'test';

/** As headers carry it: `topic:partition:offset`. */
export function formatCoordinates(at: Coordinates): string {
  return `${at.topic}:${at.partition}:${at.offset}`;
}

export function parseCoordinates(text: string): Coordinates | undefined {
  const found = /^([^:]+):(\d{1,9}):(\d{1,15})$/.exec(text);
  if (!found) return undefined;
  return { topic: found[1] as string, partition: Number(found[2]), offset: Number(found[3]) };
}
