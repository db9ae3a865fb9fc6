import type { Encoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { TOPICS } from '@herald/contracts/topics';
import type { BatchingProducer, Haste } from '@herald/kafka/batching-producer';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import { type Poison, poisonRecord } from '../poison.ts';
import type { Disposition } from './disposition.ts';

/** Dispositions handed over and not acknowledged; at the bound (brokers away), sending stops. */
const MAX_UNACKNOWLEDGED = 500;

/** Told what the lane does: metrics and the log line of each disposition. */
export interface DeliveryObserver {
  /** `record` is the one that the delivery was read from. */
  disposed(attempt: DeliveryAttempt, record: LaneRecord): void;
  twinDropped(): void;
  /** An endpoint's circuit breaker has opened, or a probe has closed it. */
  breaker(endpointId: string, to: 'open' | 'closed'): void;
  poison(record: LaneRecord, poison: Poison): void;
}

/** The record step. */
export interface Recorder {
  /** Whether another step may begin. */
  hasRoom(): boolean;
  /**
   * Hands over the record of a step, the delivery's next place and what the owner is told in one piece: not atomic
   * across partitions, so `acknowledged` is called when all of them are. Every record is within what its topic takes, so an error is a bug.
   */
  dispose(record: LaneRecord, disposition: Disposition, acknowledged: () => void): void;
  poison(record: LaneRecord, poison: Poison, acknowledged: () => void): void;
}

export interface RecorderOptions {
  encoder: Encoder<DeliveryAttempt>;
  producer: Pick<BatchingProducer, 'enqueue'>;
  observe: DeliveryObserver;
  onFatal: (error: Error) => void;
}

export function createRecorder({ encoder, producer, observe, onFatal }: RecorderOptions): Recorder {
  let unacknowledged = 0;

  return {
    hasRoom: () => unacknowledged < MAX_UNACKNOWLEDGED,

    dispose(record, { attempt, forward, notice, isAwaited }, acknowledged) {
      const entry = { topic: TOPICS.attempts, key: attempt.endpoint_id, value: encoder.encode(attempt) };
      observe.disposed(attempt, record);
      const records: OutgoingRecord[] = [entry];
      if (forward) records.push(forward);
      if (notice) records.push(notice);
      // As a rule nobody waits: a retry has seconds, and the record of an attempt a logger that gathers rows.
      write(records, acknowledged, isAwaited ? 'urgent' : 'lingering');
    },

    poison(record, poison, acknowledged) {
      observe.poison(record, poison);
      write([poisonRecord(record, poison)], acknowledged, 'lingering');
    },
  };

  function write(records: readonly OutgoingRecord[], acknowledged: () => void, haste: Haste): void {
    unacknowledged += 1;
    producer.enqueue(
      records,
      (error) => {
        unacknowledged -= 1;
        if (error) onFatal(error);
        else acknowledged();
      },
      haste,
    );
  }
}
