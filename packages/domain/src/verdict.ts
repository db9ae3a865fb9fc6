import { jitterShare } from './jitter.ts';
import type { Outcome } from './outcome.ts';
import { askedWaitMs } from './retry-after.ts';
import { type RetryTierName, tierDelayMs, tierForWait } from './retry-tiers.ts';

export type DeadReason =
  | 'exhausted'
  | 'endpoint_deleted'
  | 'expired'
  | 'not_representable'
  | 'event_undecodable'
  | 'cancelled'
  | 'test_failed';
/** `ordered` is no hold of the endpoint: its deliveries take their order from webhook.held. */
export type HoldReason =
  | 'paused'
  | 'disabled'
  | 'gone'
  | 'failing'
  | 'secret_unreadable'
  | 'head_dead'
  | 'ordered';

/** What Herald decides from an outcome. */
export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'retry'; dueAtMs: number; tier: RetryTierName; reason: 'schedule' | 'retry_after' }
  | { kind: 'dead'; reason: DeadReason }
  | { kind: 'hold'; reason: HoldReason };

export interface Judgement {
  outcome: Outcome;
  /** The endpoint's retry tiers in order, one a retry. */
  retrySchedule: readonly RetryTierName[];
  /** Requests made for the delivery, this one included; from 1. */
  attemptNumber: number;
  deliveryId: string;
  step: number;
  nowMs: number;
}

/**
 * Only 2xx delivers (a redirect is a failure). 410 says that the endpoint is gone: its deliveries are held, none is
 * lost. Everything else retries by the schedule, later where Retry-After asks for it, until the schedule is spent.
 */
export function judge(judgement: Judgement): Verdict {
  const { outcome, retrySchedule, attemptNumber, deliveryId, step, nowMs } = judgement;
  if (isAccepted(outcome)) return { kind: 'delivered' };
  if (outcome.kind === 'response' && outcome.status === 410) return { kind: 'hold', reason: 'gone' };

  const tier = retrySchedule[attemptNumber - 1];
  if (tier === undefined) return { kind: 'dead', reason: 'exhausted' };

  const scheduledMs = tierDelayMs(tier) * (1 + jitterShare(deliveryId, step));
  const askedMs = askedWaitMs(outcome, nowMs);
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
export function judgeTest(outcome: Outcome): Verdict {
  return isAccepted(outcome) ? { kind: 'delivered' } : { kind: 'dead', reason: 'test_failed' };
}

function isAccepted(outcome: Outcome): boolean {
  return outcome.kind === 'response' && outcome.status >= 200 && outcome.status < 300;
}
