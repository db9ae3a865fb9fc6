import type { DeadReason, HoldReason } from '../verdict.ts';
import type { DeliveryEvidence, EndpointEvidence, EndpointNow } from './evidence.ts';

/** How a delivery stands and what happens next, in words; and what somebody could do about it. */
export interface Fate {
  because: string;
  remedy: string | undefined;
}

const FIX_AND_REDELIVER = 'Put the receiver right, then redeliver the delivery.';

export function fateOf(
  delivery: DeliveryEvidence,
  endpoint: EndpointEvidence['current'],
  asOfMs: number | undefined,
): Fate {
  switch (delivery.state) {
    case 'delivered':
      return settled(
        `It was delivered at ${iso(delivery.updatedAtMs)} by attempt ${delivery.attempts}, answered with ${lastOf(delivery)}.`,
      );
    case 'pending':
      return settled(
        'It was routed to the endpoint, and no attempt or decision is on record yet: it is under way.',
      );
    case 'waiting':
      return waiting(delivery, endpoint, asOfMs);
    case 'held':
      return held(delivery, endpoint?.state);
    case 'dead':
      return dead(delivery);
    case 'cancelled':
      return settled(CANCELS[delivery.reason ?? ''] ?? `It was cancelled (${toldReason(delivery)}).`);
  }
}

function waiting(
  { reason, attempts, nextAttemptAtMs, ...delivery }: DeliveryEvidence,
  endpoint: EndpointEvidence['current'],
  asOfMs: number | undefined,
): Fate {
  const waits = WAITS[reason ?? ''] ?? (() => 'It waits.');
  const made = { ...delivery, reason, attempts, nextAttemptAtMs };
  if (nextAttemptAtMs === undefined) return settled(waits(made));
  const last = (endpoint?.endpoint.retrySchedule.length ?? -1) + 1;
  const of = last > attempts ? ` of ${last}` : '';
  const next = `Attempt ${attempts + 1}${of} is due at ${iso(nextAttemptAtMs)}.`;
  if (asOfMs === undefined || nextAttemptAtMs >= asOfMs) return settled(`${waits(made)} ${next}`);
  return {
    because: `${waits(made)} It was due at ${iso(nextAttemptAtMs)}, and by ${iso(asOfMs)} nothing was on record of it.`,
    remedy: 'The delivery lane is late, or the endpoint has a longer queue than it can take: see its lag.',
  };
}

const WAITS: Readonly<Record<string, (delivery: DeliveryEvidence) => string>> = {
  schedule: (delivery) =>
    `Attempt ${delivery.attempts} ended in ${lastOf(delivery)}; it is tried again by the schedule.`,
  retry_after: (delivery) =>
    `Attempt ${delivery.attempts} ended in ${lastOf(delivery)}, and the receiver asked to wait (Retry-After).`,
  rate_limit: () => "Its turn under the endpoint's rate limit has not come.",
  breaker_open: () =>
    'The endpoint fails, so its circuit breaker is open: no attempt is made, and none is counted.',
  configuration_unreadable: () =>
    'The configuration of the endpoint cannot be read by the dispatcher, which has to be updated: it waits until then.',
  overflow: () => "Its turn in the endpoint's queue is too far off to wait in memory.",
};

const CANCELS: Readonly<Record<string, string>> = {
  purged: 'It was held, and the owner of the endpoint resumed without what was held by then.',
  replay_cancelled: 'The replay that it was of was cancelled.',
  not_wanted:
    'The endpoint could not be read when the event was routed. By what could be read of it later it does not want the event, or it was deleted.',
};

const HOLDS: Readonly<Record<HoldReason, Fate>> = {
  paused: { because: 'The endpoint is paused.', remedy: 'Resume the endpoint.' },
  disabled: { because: 'The endpoint is disabled.', remedy: 'Enable the endpoint.' },
  off: {
    because: 'The endpoint was switched off while the delivery was under way.',
    remedy: 'Switch the endpoint on.',
  },
  gone: {
    because:
      'The receiver says that it is gone (410, or a chat that is not there), so the endpoint was disabled.',
    remedy: 'Put the URL or the chat id right, or enable the endpoint if the receiver is back.',
  },
  blocked: {
    because: 'The chat does not let its bot or webhook write any more, so the endpoint was disabled.',
    remedy: 'Let it in again (unblock or add the bot, lift the restriction), then enable the endpoint.',
  },
  unauthorized: {
    because: 'The bot token is not valid any more, so the endpoint was disabled.',
    remedy: 'Give the endpoint the token that is valid now.',
  },
  migrated: {
    because: 'The group has become a supergroup, which has another chat id; the last attempt names it.',
    remedy: 'Give the endpoint the new chat id.',
  },
  failing: {
    because: 'The endpoint had failed for days without one success, so it was disabled.',
    remedy: 'Put the receiver right, then enable the endpoint.',
  },
  secret_unreadable: {
    because:
      'A secret that the endpoint needs cannot be opened with the keys that Herald has, or is not there.',
    remedy: 'Tell the operator of Herald, or give the endpoint a new secret.',
  },
  head_dead: {
    because:
      'An earlier delivery of this ordered endpoint was given up, and it is set to wait for its owner.',
    remedy: 'See to that delivery, then resume the endpoint.',
  },
  ordered: {
    because: 'The endpoint gets its events in order, and an earlier one is not delivered yet.',
    remedy: undefined,
  },
};

function held(delivery: DeliveryEvidence, now: EndpointNow | undefined): Fate {
  const { reason, heldUntilMs } = delivery;
  const kept = heldUntilMs === undefined ? '' : ` It is kept until ${iso(heldUntilMs)}.`;
  const told = toldReason(delivery);
  if (now !== undefined && now.state !== 'held' && reason !== 'ordered') {
    return settled(
      `It was held (${told}); the hold has ended, and it is delivered when its turn comes.${kept}`,
    );
  }
  const hold = HOLDS[reason as HoldReason] ?? settled(`It is held (${told}).`);
  return { because: `${hold.because}${kept}`, remedy: hold.remedy };
}

const DEATHS: Readonly<Record<Exclude<DeadReason, 'exhausted'>, Fate>> = {
  endpoint_deleted: {
    because: 'The endpoint was deleted before it could be delivered.',
    remedy: 'Create an endpoint and replay the event to it.',
  },
  expired: {
    because: 'It was held for longer than held deliveries are kept.',
    remedy: 'Lift the hold of the endpoint, then redeliver the delivery.',
  },
  not_representable: {
    because: "The event cannot be said in the endpoint's format.",
    remedy: 'Choose another format, then redeliver the delivery.',
  },
  event_undecodable: {
    because: 'The event could not be decoded by the delivery lane.',
    remedy: 'Tell the operator of Herald: the schema it was written by is not to be had.',
  },
  cancelled: {
    because: 'It waited for its next attempt, and somebody called that off.',
    remedy: 'Redeliver the delivery if it is wanted after all.',
  },
  refused: {
    because: 'The receiver takes no message of this kind, however often it is tried; its answer says why.',
    remedy:
      'Read the answer of the attempt. A message that Herald made and a chat refuses is a fault of Herald: tell its operator.',
  },
  test_failed: {
    because: 'It was a test of the endpoint, which is attempted once, and it was not accepted.',
    remedy: 'Fix the endpoint, then test it again.',
  },
};

function dead(delivery: DeliveryEvidence): Fate {
  if (delivery.reason === 'exhausted') {
    const because = `All ${delivery.attempts} attempts of its schedule failed, the last one with ${lastOf(delivery)}.`;
    return { because, remedy: FIX_AND_REDELIVER };
  }
  const death = DEATHS[delivery.reason as keyof typeof DEATHS];
  return death ?? { because: `It was given up (${toldReason(delivery)}).`, remedy: FIX_AND_REDELIVER };
}

/** A reason of a newer version is told as it is written. */
function toldReason({ reason }: DeliveryEvidence): string {
  return reason ?? 'no reason on record';
}

function lastOf({ lastOutcome, lastStatus }: DeliveryEvidence): string {
  if (lastStatus !== undefined) return `status ${lastStatus}`;
  return lastOutcome ?? 'nothing on record';
}

function settled(because: string): Fate {
  return { because, remedy: undefined };
}

/** A time that no calendar has is shown as it is. */
export function iso(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? String(atMs) : date.toISOString();
}
