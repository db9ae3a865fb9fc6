import type * as avro from '@herald/contracts/generated/replay-progress';
import type { Decoded } from '@herald/kafka/compacted-table';
import type { HistoryPlace, HistoryPosition, ReplayProgress, ReplayState } from '@herald/replay/progress';
import { correspondence, type Known } from './correspondence.ts';

const states = correspondence<Known<avro.ReplayState>, ReplayState>({
  PLANNING: 'planning',
  PLANNED: 'planned',
  RUNNING: 'running',
  PAUSED: 'paused',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
});

/** What a record of `herald.replay-progress` means. */
export function parseReplayProgress(record: avro.ReplayProgress): Decoded<ReplayProgress> {
  const state = states.valueOf(record.state);
  if (state === undefined) return { ok: false, reason: 'its state is of a newer version' };
  return {
    ok: true,
    value: {
      replayId: record.replay_id,
      accountId: record.account_id,
      owner: record.owner,
      state,
      waitingFor: record.waiting_for ?? undefined,
      error: record.error ?? undefined,
      ranges: record.ranges.map(({ planned_to, to_send, ...range }) => ({
        ...range,
        plannedTo: planned_to,
        toSend: to_send,
      })),
      history: record.history ? historyOf(record.history) : undefined,
      expired: record.expired.map((range) => ({ ...range })),
      planned: tallyOf(record.planned),
      done: tallyOf(record.done),
      endpoints: record.endpoints.map(({ endpoint_id, to_send, sent }) => ({
        endpointId: endpoint_id,
        toSend: to_send,
        sent,
      })),
      samples: record.samples.map((sample) => ({
        eventId: sample.event_id,
        endpointId: sample.endpoint_id,
        publicationId: sample.publication_id,
        eventType: sample.event_type,
        occurredAtMs: sample.occurred_at,
      })),
      startedAtMs: record.started_at,
      plannedAtMs: record.planned_at ?? undefined,
      finishedAtMs: record.finished_at ?? undefined,
      updatedAtMs: record.updated_at,
    },
  };
}

export function replayProgressRecordOf(progress: ReplayProgress): avro.ReplayProgress {
  const { history } = progress;
  return {
    replay_id: progress.replayId,
    account_id: progress.accountId,
    owner: progress.owner,
    state: states.symbolOf(progress.state),
    waiting_for: progress.waitingFor ?? null,
    error: progress.error ?? null,
    ranges: progress.ranges.map(({ plannedTo, toSend, ...range }) => ({
      ...range,
      planned_to: plannedTo,
      to_send: toSend,
    })),
    history: history
      ? {
          as_of: history.asOfMs,
          planned_occurred_at: history.planned?.occurredAtMs ?? null,
          planned_delivery_id: history.planned?.deliveryId ?? null,
          occurred_at: history.replayed?.occurredAtMs ?? null,
          delivery_id: history.replayed?.deliveryId ?? null,
        }
      : null,
    expired: progress.expired,
    planned: progress.planned,
    done: progress.done,
    endpoints: progress.endpoints.map(({ endpointId, toSend, sent }) => ({
      endpoint_id: endpointId,
      to_send: toSend,
      sent,
    })),
    samples: progress.samples.map((sample) => ({
      event_id: sample.eventId,
      endpoint_id: sample.endpointId,
      publication_id: sample.publicationId,
      event_type: sample.eventType,
      occurred_at: sample.occurredAtMs,
    })),
    started_at: progress.startedAtMs,
    planned_at: progress.plannedAtMs ?? null,
    finished_at: progress.finishedAtMs ?? null,
    updated_at: progress.updatedAtMs,
  };
}

function historyOf(history: avro.HistoryPosition): HistoryPosition {
  return {
    asOfMs: history.as_of,
    planned: placeOf(history.planned_occurred_at, history.planned_delivery_id),
    replayed: placeOf(history.occurred_at, history.delivery_id),
  };
}

function placeOf(occurredAtMs: number | null, deliveryId: string | null): HistoryPlace | undefined {
  return occurredAtMs === null || deliveryId === null ? undefined : { occurredAtMs, deliveryId };
}

function tallyOf({ scanned, matched, sent, skipped }: avro.Tally): avro.Tally {
  return { scanned, matched, sent, skipped: { ...skipped } };
}
