import type { NewReplay, ReplayCreated } from '@herald/registry/replay-jobs';
import { NO_FILTER, type ReplayJob } from '@herald/replay/job';
import { expect, test } from 'vitest';
import type { AccessScope } from '../access/caller.ts';
import { replaysOf } from './replays-of.ts';

const asked: Omit<NewReplay, 'accountId'> = {
  id: 'rp_asked',
  dryRun: false,
  source: { kind: 'history', states: ['dead'], lastStatuses: [], fromMs: undefined, toMs: undefined },
  filter: { ...NO_FILTER, projectId: 'p1', endpointIds: ['ep_1'] },
  targetEndpointId: undefined,
  skipDelivered: true,
  perSecond: 10,
};

function jobOf(id: string, projectId: string): [string, { value: ReplayJob }] {
  const filter = { ...asked.filter, projectId };
  const job = { ...asked, id, filter, accountId: 'acme', wanted: 'running' as const };
  return [id, { value: { ...job, createdAtMs: 0, updatedAtMs: 0 } }];
}

const JOBS = new Map([jobOf('rp_1', 'p1'), jobOf('rp_2', 'p2'), jobOf('rp_3', 'p3')]);
const TOO_MANY: ReplayCreated & { kind: 'too_many' } = {
  kind: 'too_many',
  limit: 3,
  open: ['rp_1', 'rp_2', 'rp_3'],
};

function replaysIn(scope: AccessScope) {
  const belongings = { endpoint: () => ({}) } as unknown as Parameters<typeof replaysOf>[1];
  const edits = { create: async () => TOO_MANY, start: async () => TOO_MANY, want: async () => TOO_MANY };
  const sources = {
    jobs: { get: (id: string) => JOBS.get(id), entries: () => JOBS.entries() },
    progress: { get: () => undefined },
    writer: { as: () => edits },
  } as unknown as Parameters<typeof replaysOf>[2];
  return replaysOf({ accountId: 'acme', scope }, belongings, sources, edits);
}

test('of the replays that leave no room for another, those beyond the caller’s scope are counted and not named', async () => {
  const limited = replaysIn({ projectIds: new Set(['p1']) });
  const told = { ...TOO_MANY, open: ['rp_1'], others: 2 };
  expect(await limited.create(asked)).toEqual(told);
  expect(await limited.start('rp_1')).toEqual(told);
  expect(await limited.want('rp_1', 'running')).toEqual(told);
  expect(await replaysIn({}).create(asked)).toEqual({ ...TOO_MANY, others: 0 });
});
