import { hash } from 'node:crypto';
import type { NewReplay } from '@herald/registry/replay-jobs';
import { isBulkPlan } from '@herald/replay/bulk-plan';
import { NO_FILTER } from '@herald/replay/job';
import { isOpen } from '@herald/replay/progress';
import type { z } from 'zod';
import type { Replay } from '../replays/replay-view.ts';
import type { redriveBody } from './dead-letter-fields.ts';

type RedriveBody = z.output<ReturnType<typeof redriveBody>>;

export interface RedriveAsked {
  filter: NonNullable<RedriveBody['filter']>;
  per_second: number;
  dry_run: boolean;
}

/** A replay of the dead letters that a filter is for, but for its id. */
export type Redrive = Omit<NewReplay, 'accountId' | 'id'>;

export function redriveOf({ filter, per_second, dry_run }: RedriveAsked): Redrive {
  const listOf = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
  return {
    dryRun: dry_run,
    source: {
      kind: 'history',
      states: ['dead'],
      lastStatuses: listOf(filter.status),
      fromMs: filter.from,
      toMs: filter.to,
    },
    filter: {
      ...NO_FILTER,
      projectId: filter.project_id,
      endpointIds: listOf(filter.endpoint_id),
      channelIds: listOf(filter.channel_id),
      eventTypes: listOf(filter.event_type),
      reasons: listOf(filter.reason),
    },
    targetEndpointId: undefined,
    skipDelivered: true,
    perSecond: per_second,
  };
}

/** What a redrive has sent has its first disposition on record by then: the next one leaves it out. */
const SETTLING_MS = 60_000;

/**
 * Who asks again while a redrive of the same filter is open, or just over, means that one, and after it another. The id
 * is made of the one before, so that two who ask at once make one replay; and of the day, since replays are forgotten.
 * A plan that was started is a redrive like any other; a replay that sends elsewhere, or delivered ones too, is none, nor
 * is a bulk plan, which has its own way to be run.
 */
export function placeOfRedrive(
  accountId: string,
  redrive: Redrive,
  replays: readonly Replay[],
  nowMs: number,
): { kind: 'asked_before'; replay: Replay } | { kind: 'new'; replayId: string } {
  const asked = keyOf(redrive);
  const same = replays
    .filter(({ job }) => !isBulkPlan(job) && keyOf(job) === asked)
    .sort((a, b) => b.job.createdAtMs - a.job.createdAtMs);
  const answer = same.find((replay) => replay.job.dryRun === redrive.dryRun && isAnswer(replay, nowMs));
  if (answer) return { kind: 'asked_before', replay: answer };
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const name = ['redrive', accountId, asked, redrive.dryRun, same[0]?.job.id, day].join('\n');
  return { kind: 'new', replayId: `rp_${hash('sha256', name, 'hex').slice(0, 32)}` };
}

function isAnswer({ job, progress }: Replay, nowMs: number): boolean {
  if (isOpen(job, progress)) return true;
  return progress?.state === 'completed' && nowMs - (progress.finishedAtMs ?? 0) < SETTLING_MS;
}

/** The same for the same redrive, whatever its rate, planned or run. */
function keyOf({ source, filter, targetEndpointId, skipDelivered }: Redrive): string {
  if (source.kind !== 'history') return '';
  const { states, lastStatuses, fromMs, toMs } = source;
  const { projectId, endpointIds, channelIds, eventTypes, publicationIds, eventIds, reasons } = filter;
  const lists = [endpointIds, channelIds, eventTypes, publicationIds, eventIds, reasons];
  return JSON.stringify([
    [states, lastStatuses, fromMs, toMs],
    [projectId, ...lists],
    [targetEndpointId, skipDelivered],
  ]);
}
