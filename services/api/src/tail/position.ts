/** Where a live tail stands: the next offset of each partition of webhook.attempts, by partition number. */
export type TailPosition = readonly number[];

const VERSION = '1';
const OFFSET = /^[0-9a-z]{1,11}$/;

/** An opaque word for a client to come back with. */
export function formatPosition(position: TailPosition): string {
  return [VERSION, ...position.map((offset) => offset.toString(36))].join('.');
}

/** Undefined for what is no position in a topic of so many partitions. */
export function parsePosition(text: string, partitions: number): TailPosition | undefined {
  const [version, ...offsets] = text.split('.');
  if (version !== VERSION || offsets.length !== partitions || !offsets.every((each) => OFFSET.test(each)))
    return undefined;
  const position = offsets.map((each) => Number.parseInt(each, 36));
  return position.every(Number.isSafeInteger) ? position : undefined;
}
