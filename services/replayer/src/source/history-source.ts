import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryStore } from '@herald/clickhouse/history';
import type { SelectedDelivery } from '@herald/clickhouse/read/replay-reads';
import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import { type Cause, isCause } from '@herald/domain/cause';
import { isEventType } from '@herald/domain/event-type';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { Candidate } from '@herald/replay/candidate';
import type { HistorySource, ReplayJob } from '@herald/replay/job';
import { settlingMs } from '@herald/replay/settling';
import { fetchEvents } from './fetch-events.ts';
import type { FoundEvent } from './page-events.ts';
import { askingHistory, type Source, type SourceEntry } from './source.ts';

/** Deliveries of one page, at most. */
const PAGE_DELIVERIES = 200;

/** Of one look; each of its queries has a bound of its own. */
const LOOK_TIMEOUT_MS = 600_000;

export interface HistorySourceOptions {
  job: ReplayJob;
  history: Pick<HistoryStore, 'under'>;
  reader: PartitionReader;
  decoder: Decoder<PublicationEvent>;
  now(): number;
}

/**
 * Deliveries that the history knows, as they stood when the replay was created, oldest event first. The event of each
 * is taken from Kafka, byte for byte.
 */
export function historySource(source: HistorySource, options: HistorySourceOptions): Source {
  const { job, history, reader, decoder, now } = options;
  const { filter } = job;
  const selection = {
    asOfMs: job.createdAtMs,
    states: source.states,
    lastStatuses: source.lastStatuses,
    fromMs: source.fromMs,
    toMs: source.toMs,
    ...filter,
  };

  return {
    async freeze(progress, signal) {
      await sleep(settlingMs(job.createdAtMs, now()), undefined, { signal });
      progress.history = { asOfMs: job.createdAtMs, planned: undefined, replayed: undefined };
      return { ok: true };
    },

    async read(progress, phase, signal) {
      const after = phase === 'plan' ? progress.history?.planned : progress.history?.replayed;
      const { accountId } = job;
      const { replays } = history.under({ signal, timeoutMs: LOOK_TIMEOUT_MS });
      const { deliveries, end } = await askingHistory(() =>
        replays.select({ accountId }, selection, after, PAGE_DELIVERIES),
      );
      if (deliveries.length === 0 && !end) return { kind: 'end' };
      const events = await fetchEvents({ deliveries, accountId, reader, decoder, phase, signal });
      const entries = deliveries
        .slice(0, events.length)
        .map((delivery, index) => entryOf(delivery, events.at(index), accountId));
      const isWhole = entries.length === deliveries.length;
      return { kind: 'entries', entries, end: isWhole && end ? { kind: 'delivery', ...end } : undefined };
    },
  };
}

function entryOf(delivery: SelectedDelivery, event: FoundEvent | undefined, accountId: string): SourceEntry {
  const { deliveryId, occurredAtMs } = delivery;
  return {
    candidate: candidateOf(delivery, event, accountId),
    value: event?.value ?? null,
    place: { kind: 'delivery', deliveryId, occurredAtMs },
  };
}

/** Undefined for what a newer version has written. */
function candidateOf(
  delivery: SelectedDelivery,
  event: FoundEvent | undefined,
  accountId: string,
): Candidate | undefined {
  const { eventType, cause } = delivery;
  if (!isEventType(eventType) || !isCause(cause)) return undefined;
  return {
    event: {
      eventId: delivery.eventId,
      publicationId: delivery.publicationId,
      occurredAtMs: delivery.occurredAtMs,
      eventType,
      accountId,
      projectId: delivery.projectId,
      channelId: delivery.channelId,
      // A delivery goes to its endpoint: nobody is asked whether it wants the event.
      readField: () => undefined,
    },
    origin: event?.origin ?? { topic: TOPICS.events, partition: 0, offset: 0 },
    traceparent: undefined,
    delivery: {
      endpointId: delivery.endpointId,
      cause: cause as Cause,
      reason: delivery.reason ?? undefined,
    },
    isGone: event === undefined,
  };
}
