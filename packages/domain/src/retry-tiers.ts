const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The retry tiers, shortest first: topics of deliveries that wait about the same time. */
export const RETRY_TIERS = [
  { name: '5s', delayMs: 5 * SECOND },
  { name: '30s', delayMs: 30 * SECOND },
  { name: '2m', delayMs: 2 * MINUTE },
  { name: '10m', delayMs: 10 * MINUTE },
  { name: '30m', delayMs: 30 * MINUTE },
  { name: '1h', delayMs: HOUR },
  { name: '3h', delayMs: 3 * HOUR },
  { name: '6h', delayMs: 6 * HOUR },
  { name: '12h', delayMs: 12 * HOUR },
  { name: '24h', delayMs: 24 * HOUR },
] as const;

export type RetryTierName = (typeof RETRY_TIERS)[number]['name'];

/** The tiers in order, the last one twice: 12 attempts over about three days. */
export const DEFAULT_RETRY_SCHEDULE: readonly RetryTierName[] = [
  ...RETRY_TIERS.map((tier) => tier.name),
  '24h',
];

/** Jitter only adds, up to this share of a tier's delay; so a scheduled retry waits in one tier to its end. */
export const MAX_JITTER_SHARE = 0.2;

const DELAYS = new Map<string, number>(RETRY_TIERS.map((tier) => [tier.name, tier.delayMs]));

export function isRetryTierName(text: string): text is RetryTierName {
  return DELAYS.has(text);
}

export function tierDelayMs(name: RetryTierName): number {
  return DELAYS.get(name) as number;
}

/** A wait of this share of a tier's delay is long enough for it; a longer stay than that one is parted. */
export const MIN_STAY_SHARE = 0.8;
export const MAX_STAY_SHARE = 1.25;

/** The largest tier that a wait is long enough for; the shortest tier for shorter waits. */
export function tierForWait(waitMs: number): RetryTierName {
  let fit: RetryTierName = RETRY_TIERS[0].name;
  for (const tier of RETRY_TIERS) if (tier.delayMs * MIN_STAY_SHARE <= waitMs) fit = tier.name;
  return fit;
}

/**
 * When a delivery leaves the tier it waits in: at its due time, or, where that is too far off (Retry-After and
 * parking), sooner, to hop on. Bounding the stay keeps what is due next near the head of its topic; parting the wait
 * evenly leaves no short rest that would take several hops. Behind more than a window of records that are due later, a
 * parked delivery is late by about half of the tier's delay at most, a scheduled retry only by the jitter.
 */
export function leaveTierAt(tier: RetryTierName, appendedAtMs: number, dueAtMs: number): number {
  const waitMs = dueAtMs - appendedAtMs;
  const stays = Math.max(Math.ceil(waitMs / (tierDelayMs(tier) * MAX_STAY_SHARE)), 1);
  return appendedAtMs + waitMs / stays;
}

/** Where a delivery goes that leaves its tier: on to another one, or, when it is due, undefined: to be delivered. */
export function tierAfter(dueAtMs: number, nowMs: number): RetryTierName | undefined {
  return dueAtMs > nowMs ? tierForWait(dueAtMs - nowMs) : undefined;
}
