/** Dispositions that are read: a schedule has some dozen, parking and holding add to them. */
const MAX_READ = 1_000;
/** Of these, where there are more: how it began, and the others are the newest. */
const FIRST = 100;

export interface BothEnds<T> {
  /** Oldest first. */
  rows: T[];
  /** How many there are between the first ones and the newest that were not read. */
  leftOut: number;
}

/** Of what has become too long, the beginning and the end; the rest is counted. */
export async function readBothEnds<T extends { id: string }>(
  read: (order: 'ASC' | 'DESC', limit: number) => Promise<T[]>,
  count: () => Promise<number>,
): Promise<BothEnds<T>> {
  const newest = (await read('DESC', MAX_READ)).reverse();
  if (newest.length < MAX_READ) return { rows: newest, leftOut: 0 };
  const [first, total] = await Promise.all([read('ASC', FIRST), count()]);
  const byId = new Map([...first, ...newest.slice(FIRST)].map((row) => [row.id, row]));
  return { rows: [...byId.values()], leftOut: Math.max(0, total - byId.size) };
}
