import { effectiveState } from '@herald/registry/endpoint-status';
import type { ReplayJob } from '@herald/replay/job';
import { remainingOf } from '@herald/replay/planned';
import { isFinished, OTHERS, type ReplayProgress, type Tally } from '@herald/replay/progress';
import { notThereYet } from '@herald/replay/ranges';
import type { z } from 'zod';
import type { Account } from '../account/account.ts';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { replayView } from './replay-fields.ts';
import { nameOfTopic } from './replay-topics.ts';

/** A replay as it was asked for, and how far it is; undefined until a replayer has taken it up. */
export interface Replay {
  job: ReplayJob;
  progress: ReplayProgress | undefined;
}

type View = z.output<typeof replayView>;

const NOTHING: Tally = { scanned: 0, matched: 0, sent: 0, skipped: {} };

export function viewReplay({ job, progress }: Replay, endpoints: Account['endpoints']): View {
  const { planned = NOTHING, done = NOTHING } = progress ?? {};
  const remaining = progress && !isFinished(progress) ? remainingOf(progress) : 0;
  // Those that the plan has looked at and has nothing for say nothing to anybody.
  const aimedAt = (progress?.endpoints ?? []).filter(({ toSend, sent }) => toSend + sent > 0);
  return {
    replay_id: job.id,
    state: progress?.state ?? 'pending',
    wanted: job.wanted,
    dry_run: job.dryRun,
    waiting_for: progress?.waitingFor ?? null,
    error: progress?.error ?? null,
    source: viewSource(job),
    filter: viewFilter(job),
    target_endpoint_id: job.targetEndpointId ?? null,
    skip_delivered: job.skipDelivered,
    per_second: job.perSecond,
    planned,
    done,
    to_send: planned.sent,
    sent: done.sent,
    remaining,
    estimate_seconds: progress?.plannedAtMs === undefined ? null : Math.ceil(remaining / job.perSecond),
    expired: progress?.expired ?? [],
    not_there_yet: notThereYetOf(job, progress),
    partitions: (progress?.ranges ?? []).map(({ partition, from, to, position, toSend, sent }) => ({
      partition,
      from,
      to,
      position,
      to_send: toSend,
      sent,
    })),
    endpoints: aimedAt.map(({ endpointId, toSend, sent }) => ({
      endpoint_id: endpointId === OTHERS ? null : endpointId,
      to_send: toSend,
      sent,
    })),
    held_endpoints: progress && !isFinished(progress) ? heldAmong(aimedAt, endpoints) : [],
    samples: (progress?.samples ?? []).map((sample) => ({
      event_id: sample.eventId,
      endpoint_id: sample.endpointId,
      publication_id: sample.publicationId,
      event_type: sample.eventType,
      occurred_at: isoTime(sample.occurredAtMs),
    })),
    created_at: isoTime(job.createdAtMs),
    planned_at: isoTimeOrNull(progress?.plannedAtMs),
    finished_at: isoTimeOrNull(progress?.finishedAtMs),
    updated_at: isoTime(progress?.updatedAtMs ?? job.updatedAtMs),
  };
}

/** What cannot be frozen has no end, and has failed. */
function notThereYetOf({ source }: ReplayJob, progress: ReplayProgress | undefined): View['not_there_yet'] {
  if (source.kind !== 'topic' || !progress || progress.state === 'failed') return [];
  return notThereYet(source, progress);
}

function viewSource({ source }: ReplayJob): View['source'] {
  const times = { from: isoTimeOrNull(source.fromMs), to: isoTimeOrNull(source.toMs) };
  if (source.kind === 'history') {
    return { kind: 'history', states: source.states, last_statuses: source.lastStatuses, ...times };
  }
  const ranges = source.ranges.map(({ partition, from, to }) => ({ partition, from, to: to ?? null }));
  return { kind: 'topic', topic: nameOfTopic(source.topic), ranges, ...times };
}

function viewFilter({ filter }: ReplayJob): View['filter'] {
  return {
    project_id: filter.projectId ?? null,
    endpoint_ids: filter.endpointIds,
    channel_ids: filter.channelIds,
    event_types: filter.eventTypes,
    publication_ids: filter.publicationIds,
    event_ids: filter.eventIds,
    reasons: filter.reasons,
  };
}

/** As they are now, not as they were when the plan was made. */
function heldAmong(
  aimedAt: ReplayProgress['endpoints'],
  endpoints: Account['endpoints'],
): View['held_endpoints'] {
  return aimedAt.flatMap(({ endpointId }) => {
    const configured = endpoints.get(endpointId);
    if (!configured) return [];
    const { endpoint, revision } = configured;
    const effective = effectiveState(endpoint, revision, endpoints.status(endpointId));
    return effective.state === 'held' ? [{ endpoint_id: endpointId, reason: effective.reason }] : [];
  });
}
