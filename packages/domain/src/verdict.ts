import { jitterShare } from './jitter.ts';
import type { ClosedReason, Reading } from './reading.ts';
import { type RetryTierName, tierDelayMs, tierForWait } from './retry-tiers.ts';

export const DEAD_REASONS = [
  'exhausted',
  'endpoint_deleted',
  'expired',
  'not_representable',
  'event_undecodable',
  'cancelled',
  'refused',
  'test_failed',
] as const;
export type DeadReason = (typeof DEAD_REASONS)[number];
/** `ordered` is no hold of the endpoint: its deliveries take their order from webhook.held. */
export type HoldReason =
  | 'paused'
  | 'disabled'
  | 'off'
  | ClosedReason
  | 'failing'
  | 'secret_unreadable'
  | 'head_dead'
  | 'ordered';

/** What Herald decides from an outcome. */
export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'retry'; dueAtMs: number; tier: RetryTierName; reason: 'schedule' | 'retry_after' }
  | { kind: 'dead'; reason: DeadReason }
  | { kind: 'hold'; reason: ClosedReason | 'failing' };

export interface Judgement {
  reading: Reading;
  /** The endpoint's retry tiers in order, one a retry. */
  retrySchedule: readonly RetryTierName[];
  /** Requests made for the delivery, this one included; from 1. */
  attemptNumber: number;
  deliveryId: string;
  step: number;
  nowMs: number;
}

/**
 * Where the receiver takes nothing any more, its deliveries are held, none is lost. What it will never take is given up
 * at once. Everything else retries by the schedule, later where the receiver asks for it, until the schedule is spent.
 */
export function judge(judgement: Judgement): Verdict {
  const { reading, retrySchedule, attemptNumber, deliveryId, step, nowMs } = judgement;
  switch (reading.kind) {
    case 'accepted':
      return { kind: 'delivered' };
    case 'closed':
      return { kind: 'hold', reason: reading.reason };
    case 'refused':
      return { kind: 'dead', reason: 'refused' };
  }

  const tier = retrySchedule[attemptNumber - 1];
  if (tier === undefined) return { kind: 'dead', reason: 'exhausted' };

  const scheduledMs = tierDelayMs(tier) * (1 + jitterShare(deliveryId, step));
  const { askedMs } = reading;
  if (askedMs <= scheduledMs) {
    return { kind: 'retry', dueAtMs: Math.ceil(nowMs + scheduledMs), tier, reason: 'schedule' };
  }
  // Jitter on top of what was asked for: a crowd that was told the same second must not return as one.
  const waitMs = askedMs + tierDelayMs(tier) * jitterShare(deliveryId, step);
  return {
    kind: 'retry',
    dueAtMs: Math.ceil(nowMs + waitMs),
    tier: tierForWait(waitMs),
    reason: 'retry_after',
  };
}

/** A test tells whoever asked for it what became of one request: it is not tried again, and holds nothing. */
export function judgeTest(reading: Reading): Verdict {
  return reading.kind === 'accepted' ? { kind: 'delivered' } : { kind: 'dead', reason: 'test_failed' };
}
