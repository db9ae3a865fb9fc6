import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS, tierOfTopic } from '@herald/contracts/topics';
import type { Whereabouts } from './accounting.ts';
import type { TailedRecord } from './topic-tail.ts';

/** Topics in which a delivery can be. */
export function isDeliveryTopic(topic: string): boolean {
  return placeOf(topic) !== undefined;
}

type Position = Pick<TailedRecord, 'topic' | 'partition' | 'offset'> & { step: number };

/** Follows deliveries through their topics and says where each one is now. */
export interface DeliveryTracker {
  record(record: TailedRecord): void;
  /**
   * `isComplete` says whether a lane has committed past a record: one that is complete and left no successor is
   * nowhere, which is what loss looks like.
   */
  whereabouts(isComplete: (position: Position) => boolean): Map<string, Whereabouts>;
}

export function createDeliveryTracker(): DeliveryTracker {
  /** The records of each delivery's latest step: twins of one step may be in several places. */
  const latest = new Map<string, Position[]>();
  return {
    record({ topic, partition, offset, headers }) {
      const decoded = decodeDeliveryHeaders(headers);
      if (!isDeliveryTopic(topic) || !decoded.ok) return;
      const { deliveryId, step } = decoded.delivery;
      const position = { topic, partition, offset, step };
      const known = latest.get(deliveryId) ?? [];
      const knownStep = known[0]?.step ?? -1;
      if (step > knownStep) latest.set(deliveryId, [position]);
      else if (step === knownStep) known.push(position);
    },
    whereabouts(isComplete) {
      const places = new Map<string, Whereabouts>();
      for (const [deliveryId, positions] of latest) {
        const kept = positions
          .filter((position) => placeOf(position.topic) !== 'waiting' || !isComplete(position))
          .map(({ topic }) => placeOf(topic));
        const place = PRECEDENCE.find((candidate) => kept.includes(candidate));
        if (place) places.set(deliveryId, place);
      }
      return places;
    },
  };
}

const PRECEDENCE: readonly Whereabouts[] = ['dead', 'held', 'waiting'];

function placeOf(topic: string): Whereabouts | undefined {
  if (topic === TOPICS.deadLetters) return 'dead';
  if (topic === TOPICS.held) return 'held';
  const waits = topic === TOPICS.deliveries || topic === TOPICS.backfill || tierOfTopic(topic) !== undefined;
  return waits ? 'waiting' : undefined;
}
