import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';

export type AttemptOnRecord = Pick<
  DeliveryAttempt,
  | 'attempt_id'
  | 'delivery_id'
  | 'step'
  | 'disposition'
  | 'delivery_topic'
  | 'delivery_partition'
  | 'delivery_offset'
  | 'dispatcher_id'
  | 'started_at'
  | 'duration_ms'
>;

/** Two attempts that show two live copies of one delivery. */
export interface Fork {
  deliveryId: string;
  attemptIds: [string, string];
  why: 'twins' | 'two owners';
}

/**
 * Finds deliveries that lived twice at once. Attempts that were fenced are none: nothing followed from them. What a
 * killed process had attempted and its successor attempts again is a duplicate, which has a bound of its own; but one
 * process must not attempt one step from two records of it, and no two processes may attempt one delivery at one time.
 */
export function findForks(attempts: Iterable<AttemptOnRecord>): Fork[] {
  const decided = [...attempts].filter(({ disposition }) => disposition === 'ATTEMPTED');
  const forks: Fork[] = [];
  for (const [deliveryId, ofOne] of Map.groupBy(decided, ({ delivery_id }) => delivery_id)) {
    for (const [n, one] of ofOne.entries()) {
      for (const other of ofOne.slice(n + 1)) {
        const why = forked(one, other);
        if (why) forks.push({ deliveryId, attemptIds: [one.attempt_id, other.attempt_id], why });
      }
    }
  }
  return forks;
}

function forked(one: AttemptOnRecord, other: AttemptOnRecord): Fork['why'] | undefined {
  if (one.dispatcher_id !== other.dispatcher_id) return overlap(one, other) ? 'two owners' : undefined;
  return one.step === other.step && placeOf(one) !== placeOf(other) ? 'twins' : undefined;
}

function overlap(one: AttemptOnRecord, other: AttemptOnRecord): boolean {
  return endOf(one) > other.started_at && endOf(other) > one.started_at;
}

function endOf({ started_at, duration_ms }: AttemptOnRecord): number {
  return started_at + duration_ms;
}

function placeOf({ delivery_topic, delivery_partition, delivery_offset }: AttemptOnRecord): string {
  return `${delivery_topic}:${delivery_partition}:${delivery_offset}`;
}
