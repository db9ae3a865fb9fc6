import { NO_FILTER, type ReplayJob } from '@herald/replay/job';
import { newProgress, type ReplayProgress } from '@herald/replay/progress';
import { expect, test } from 'vitest';
import { parseReplayJob, replayJobRecordOf } from './replay-job-record.ts';
import { decideTakeOver } from './replay-progress.ts';
import { parseReplayProgress, replayProgressRecordOf } from './replay-progress-record.ts';

const job: ReplayJob = {
  id: 'rp_1',
  accountId: 'acc_1',
  wanted: 'running',
  dryRun: true,
  source: {
    kind: 'topic',
    topic: 'publication.events',
    ranges: [
      { partition: 3, from: 10, to: 20 },
      { partition: 4, from: 0, to: undefined },
    ],
    fromMs: undefined,
    toMs: 5,
  },
  filter: NO_FILTER,
  targetEndpointId: undefined,
  skipDelivered: true,
  perSecond: 100,
  createdAtMs: 1,
  updatedAtMs: 2,
};

const progress: ReplayProgress = {
  ...newProgress(job, 'replayer-1', 3),
  state: 'running',
  waitingFor: 'the history cannot be read',
  ranges: [{ partition: 3, from: 10, to: 20, plannedTo: 20, position: 12, toSend: 9, sent: 2 }],
  history: { asOfMs: 1, planned: { occurredAtMs: 1, deliveryId: 'd' }, replayed: undefined },
  expired: [{ partition: 4, from: 0, to: 7 }],
  planned: { scanned: 10, matched: 10, sent: 9, skipped: { already_delivered: 1 } },
  endpoints: [{ endpointId: 'ep_1', toSend: 9, sent: 2 }],
  samples: [
    {
      eventId: 'e',
      endpointId: 'ep_1',
      publicationId: 'p',
      eventType: 'publication.failed',
      occurredAtMs: 1,
    },
  ],
  plannedAtMs: 4,
};

test('a job on record means what it meant when it was written', () => {
  const fromHistory: ReplayJob = {
    ...job,
    wanted: 'cancelled',
    source: { kind: 'history', states: ['dead'], lastStatuses: [404], fromMs: 1, toMs: undefined },
    filter: { ...NO_FILTER, projectId: 'p', eventTypes: ['publication.failed'], reasons: ['exhausted'] },
    targetEndpointId: 'ep_2',
  };
  for (const value of [job, fromHistory]) {
    expect(parseReplayJob(replayJobRecordOf(value))).toEqual({ ok: true, value });
  }
});

test('a job that asks for what this version does not know is not read as if it asked for everything', () => {
  const record = replayJobRecordOf(job);
  expect(parseReplayJob({ ...record, wanted: 'UNKNOWN' })).toMatchObject({ ok: false });
  expect(parseReplayJob({ ...record, topic_source: null })).toMatchObject({ ok: false });
  const filter = { ...record.filter, event_types: ['publication.archived'] };
  expect(parseReplayJob({ ...record, filter })).toMatchObject({ ok: false });
});

test('progress on record means what it meant when it was written', () => {
  expect(parseReplayProgress(replayProgressRecordOf(progress))).toEqual({ ok: true, value: progress });
});

test('a replay is taken over where it is, begun where it is new, and left alone where it cannot be read', () => {
  const initial = newProgress(job, 'replayer-1', 9);
  expect(decideTakeOver(progress, false, initial, 'replayer-2')).toEqual({
    write: { ...progress, owner: 'replayer-2' },
  });
  expect(decideTakeOver(undefined, false, initial, 'replayer-2')).toEqual({
    write: { ...initial, owner: 'replayer-2' },
  });
  expect(decideTakeOver(undefined, true, initial, 'replayer-2')).toEqual({ refuse: { kind: 'unreadable' } });
});
