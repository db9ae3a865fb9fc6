import type { Mistake } from '../http/invalid.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From the finest to the coarsest. */
export const BUCKETS = ['1m', '5m', '15m', '1h', '6h', '1d'] as const;
export type Bucket = (typeof BUCKETS)[number];

const BUCKET_MS: Readonly<Record<Bucket, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': DAY_MS,
};

/** Figures are counted from the rows of the range each time, so the range has to end somewhere. */
export const MAX_DAYS = 31;
export const MAX_BUCKETS = 750;
/** As many as a chart shows well, where nobody said how fine. */
const CHOSEN_BUCKETS = 100;
const DEFAULT_RANGE_MS = DAY_MS;

export interface AskedRange {
  from?: number | undefined;
  to?: number | undefined;
}

export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

export type Decided<T> = { ok: true; value: T } | { ok: false; mistakes: Mistake[] };

/** Without an end it ends now, without a beginning it is a day long. */
export function decideRange({ from, to }: AskedRange, nowMs: number): Decided<TimeSpan> {
  const toMs = to ?? nowMs;
  const fromMs = from ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) {
    return refused('from', isoOf(fromMs), `it is not before ${isoOf(toMs)}`, 'Expected: a time before to.');
  }
  if (toMs - fromMs > MAX_DAYS * DAY_MS) {
    const days = Math.ceil((toMs - fromMs) / DAY_MS);
    return refused(
      'from',
      isoOf(fromMs),
      `it begins a range of ${days} days`,
      `Expected: at most ${MAX_DAYS} days up to to; ask for a longer time in parts.`,
    );
  }
  return { ok: true, value: { fromMs, toMs } };
}

/** How fine a range is cut; as fine as a chart can use where it was not said. */
export function decideBucket(bucket: Bucket | undefined, range: TimeSpan): Decided<number> {
  if (bucket === undefined) return { ok: true, value: finest(range, CHOSEN_BUCKETS).ms };
  const count = bucketsIn(range, BUCKET_MS[bucket]);
  if (count <= MAX_BUCKETS) return { ok: true, value: BUCKET_MS[bucket] };
  return refused(
    'bucket',
    bucket,
    `it cuts the range into ${count} buckets, and ${MAX_BUCKETS} is the most`,
    `Expected: ${finest(range, MAX_BUCKETS).name} or longer, or a shorter range.`,
  );
}

/** Buckets begin at whole multiples of their length, so a range can touch one more than it is long. */
export function bucketsIn({ fromMs, toMs }: TimeSpan, bucketMs: number): number {
  return Math.ceil(toMs / bucketMs) - Math.floor(fromMs / bucketMs);
}

function finest(range: TimeSpan, maxBuckets: number): { name: Bucket; ms: number } {
  const name = BUCKETS.find((bucket) => bucketsIn(range, BUCKET_MS[bucket]) <= maxBuckets) ?? '1d';
  return { name, ms: BUCKET_MS[name] };
}

function refused(
  field: string,
  value: string,
  problem: string,
  remedy: string,
): { ok: false; mistakes: Mistake[] } {
  return { ok: false, mistakes: [{ in: 'query', field, value: JSON.stringify(value), problem, remedy }] };
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
