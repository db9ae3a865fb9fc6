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

/** The largest tier whose delay is not above `waitMs`; the shortest tier for shorter waits. */
export function tierForWait(waitMs: number): RetryTierName {
  let fit: RetryTierName = RETRY_TIERS[0].name;
  for (const tier of RETRY_TIERS) if (tier.delayMs <= waitMs) fit = tier.name;
  return fit;
}

/**
 * When a delivery leaves the tier it waits in: at its due time, or, where that is beyond the tier (Retry-After and
 * parking), at the tier's end, to hop on. Bounding the stay keeps what is due next near the head of its topic.
 */
export function leaveTierAt(tier: RetryTierName, appendedAtMs: number, dueAtMs: number): number {
  return Math.min(dueAtMs, appendedAtMs + tierDelayMs(tier) * (1 + MAX_JITTER_SHARE));
}
