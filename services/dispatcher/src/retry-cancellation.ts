import type { Decoded, Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { ALL_PROJECTS } from '@herald/domain/endpoint';
import { cancellationId } from '@herald/domain/ids';
import type { LaneRecord } from '@herald/kafka/record';
import type { RetryOrder } from '@herald/registry/retry-order';
import { moved } from './delivery-lane/disposition.ts';
import type { Recorder } from './delivery-lane/recorder.ts';
import { receiveDelivery } from './delivery-lane/task.ts';

export type Cancelled = 'given_up' | 'left';

export interface RetryCancellationOptions {
  decoder: Decoder<PublicationEvent>;
  recorder: Pick<Recorder, 'dispose'>;
  dispatcherId: string;
  now: () => number;
}

/**
 * Gives a waiting delivery up as a person has ordered: a dead letter with the reason `cancelled`, and the record of the
 * step. Resolves when both are acknowledged, to `given_up`; or to `left`, when the claim is lost while the event's schema
 * is asked for, or the process ends: its owner will meet it again, and the order with it.
 */
export function createRetryCancellation(
  options: RetryCancellationOptions,
): (record: LaneRecord, order: RetryOrder) => Promise<Cancelled> {
  const { decoder, recorder, dispatcherId, now } = options;
  return async (record, { accountId, orderedBy }) => {
    const received = receiveDelivery(record);
    if (received.kind === 'poison') throw new Error(`${record.topic}: ${received.poison.detail}`);
    const { task } = received;
    let decoded: Decoded<PublicationEvent>;
    try {
      decoded = await decoder.decode(record.value);
    } catch {
      // Only the end of the process ends a decoding without an answer.
      return 'left';
    }
    if (!record.claim.isCurrent()) return 'left';
    const { deliveryId, step } = task.delivery;
    const disposition = moved(
      {
        task,
        event: decoded.ok ? decoded.value : undefined,
        owner: { accountId, projectId: ALL_PROJECTS },
        attemptId: cancellationId(deliveryId, step),
        dispatcherId,
        nowMs: now(),
      },
      { kind: 'dead', reason: 'cancelled', detail: `ordered by ${orderedBy}`, revision: -1 },
    );
    await new Promise<void>((acknowledged) => recorder.dispose(record, disposition, acknowledged));
    return 'given_up';
  };
}
