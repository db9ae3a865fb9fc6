import type * as avro from '@herald/contracts/generated/replay-job';
import { isEventType } from '@herald/domain/event-type';
import type { Decoded } from '@herald/kafka/compacted-table';
import type { ReplayFilter, ReplayJob, ReplaySource, WantedState } from '@herald/replay/job';
import { correspondence, type Known } from './correspondence.ts';

const wantedStates = correspondence<Known<avro.WantedState>, WantedState>({
  RUNNING: 'running',
  PAUSED: 'paused',
  CANCELLED: 'cancelled',
});

/** What a record of `herald.replays` means. */
export function parseReplayJob(record: avro.ReplayJob): Decoded<ReplayJob> {
  const wanted = wantedStates.valueOf(record.wanted);
  if (wanted === undefined) return { ok: false, reason: 'what is wanted of it is of a newer version' };
  const source = sourceOf(record);
  if (!source) return { ok: false, reason: 'its source is of a newer version' };
  const unknown = record.filter.event_types.find((type) => !isEventType(type));
  if (unknown !== undefined) return { ok: false, reason: `it asks for ${unknown}, of a newer version` };
  return {
    ok: true,
    value: {
      id: record.replay_id,
      accountId: record.account_id,
      wanted,
      dryRun: record.dry_run,
      source,
      filter: filterOf(record.filter),
      targetEndpointId: record.target_endpoint_id ?? undefined,
      skipDelivered: record.skip_delivered,
      perSecond: record.per_second,
      createdAtMs: record.created_at,
      updatedAtMs: record.updated_at,
    },
  };
}

export function replayJobRecordOf(job: ReplayJob): avro.ReplayJob {
  const { source, filter } = job;
  return {
    replay_id: job.id,
    account_id: job.accountId,
    wanted: wantedStates.symbolOf(job.wanted),
    dry_run: job.dryRun,
    topic_source:
      source.kind === 'topic'
        ? {
            topic: source.topic,
            ranges: source.ranges.map(({ partition, from, to }) => ({ partition, from, to: to ?? null })),
            from_time: source.fromMs ?? null,
            to_time: source.toMs ?? null,
          }
        : null,
    history_source:
      source.kind === 'history'
        ? {
            states: [...source.states],
            last_statuses: [...source.lastStatuses],
            from_time: source.fromMs ?? null,
            to_time: source.toMs ?? null,
          }
        : null,
    filter: {
      project_id: filter.projectId ?? null,
      endpoint_ids: [...filter.endpointIds],
      channel_ids: [...filter.channelIds],
      event_types: [...filter.eventTypes],
      publication_ids: [...filter.publicationIds],
      event_ids: [...filter.eventIds],
      reasons: [...filter.reasons],
    },
    target_endpoint_id: job.targetEndpointId ?? null,
    skip_delivered: job.skipDelivered,
    per_second: job.perSecond,
    created_at: job.createdAtMs,
    updated_at: job.updatedAtMs,
  };
}

function sourceOf({
  topic_source: topic,
  history_source: history,
}: avro.ReplayJob): ReplaySource | undefined {
  if (topic) {
    return {
      kind: 'topic',
      topic: topic.topic,
      ranges: topic.ranges.map(({ partition, from, to }) => ({ partition, from, to: to ?? undefined })),
      fromMs: topic.from_time ?? undefined,
      toMs: topic.to_time ?? undefined,
    };
  }
  if (!history) return undefined;
  return {
    kind: 'history',
    states: history.states,
    lastStatuses: history.last_statuses,
    fromMs: history.from_time ?? undefined,
    toMs: history.to_time ?? undefined,
  };
}

function filterOf(filter: avro.ReplayFilter): ReplayFilter {
  return {
    projectId: filter.project_id ?? undefined,
    endpointIds: filter.endpoint_ids,
    channelIds: filter.channel_ids,
    eventTypes: filter.event_types.filter(isEventType),
    publicationIds: filter.publication_ids,
    eventIds: filter.event_ids,
    reasons: filter.reasons,
  };
}
