import { newProgress, type ReplayProgress } from '@herald/replay/progress';
import { expect, it } from 'vitest';
import { replayOfPlan, viewPlan } from './bulk-plan.ts';
import { bulkPlanBody } from './bulk-plan-fields.ts';

const NOW_MS = Date.UTC(2026, 2, 15, 12);
const MINUTE_MS = 60_000;
const body = bulkPlanBody(1_000);
const endpoints = { get: () => undefined, status: () => undefined } as never;

function planOf(asked: unknown, progress?: Partial<ReplayProgress>) {
  const job = {
    ...replayOfPlan('bp_1', body.parse(asked)),
    accountId: 'acc',
    wanted: 'running' as const,
    createdAtMs: NOW_MS,
    updatedAtMs: NOW_MS,
  };
  return { job, progress: progress && { ...newProgress(job, 'r', NOW_MS), ...progress } };
}

const REDRIVE = { action: 'redrive', filter: { reasons: ['exhausted'] } };

it.each([{}, { states: ['dead'] }, { endpoint_ids: [], last_statuses: [] }])(
  'a filter that narrows nothing down is refused by name: %j',
  (filter) => {
    for (const action of ['redeliver', 'redrive']) {
      const issues = body.safeParse({ action, filter }).error?.issues ?? [];
      expect(issues.some(({ path }) => path[0] === 'filter')).toBe(true);
    }
  },
);

it('a filter that names more than can be kept of many is refused by name, whatever the lists', () => {
  const ids = (count: number, chars = 10) =>
    Array.from({ length: count }, (_, n) => `${n}`.padStart(chars, 'x'));
  for (const action of ['redeliver', 'redrive']) {
    const refused = (filter: unknown) =>
      body.safeParse({ action, filter }).error?.issues.map(({ path }) => path[0]);
    expect(refused({ event_ids: ids(500), publication_ids: ids(500) })).toBeUndefined();
    expect(refused({ event_ids: ids(500), publication_ids: ids(501) })).toEqual(['filter']);
    expect(refused({ event_ids: ids(500, 101) })).toEqual(['filter']);
  }
});

it('what is redelivered has ended, delivered or not; what is redriven is dead and was not sent again', () => {
  const filter = { endpoint_ids: ['ep_1'], from: '2026-03-15T00:00:00Z' };
  expect(planOf({ action: 'redeliver', filter }).job).toMatchObject({
    dryRun: true,
    skipDelivered: false,
    source: { kind: 'history', states: ['delivered', 'dead', 'cancelled'], fromMs: NOW_MS - 720 * MINUTE_MS },
    filter: { endpointIds: ['ep_1'] },
  });
  expect(planOf({ action: 'redrive', filter }).job).toMatchObject({
    skipDelivered: true,
    source: { states: ['dead'] },
  });
});

it('nothing is told of a count that is not there yet', () => {
  expect(viewPlan(planOf(REDRIVE), endpoints, NOW_MS)).toMatchObject({
    action: 'redrive',
    deliveries: null,
    estimate_seconds: null,
    expires_at: null,
  });
  const planned = { scanned: 9, matched: 7, sent: 5, skipped: { already_delivered: 2 } };
  const counted = planOf(REDRIVE, { state: 'planned', plannedAtMs: NOW_MS, planned });
  expect(viewPlan(counted, endpoints, NOW_MS)).toMatchObject({
    deliveries: 5,
    skipped: { already_delivered: 2 },
    expires_at: '2026-03-15T12:15:00.000Z',
  });
});

it('names the endpoints that are held of those that it is for, and none that it has nothing for', () => {
  const paused = { get: () => ({ endpoint: { state: 'paused' }, revision: 1 }), status: () => undefined };
  const counted = planOf(REDRIVE, {
    state: 'planned',
    plannedAtMs: NOW_MS,
    endpoints: [
      { endpointId: 'ep_1', toSend: 5, sent: 0 },
      { endpointId: 'ep_2', toSend: 0, sent: 0 },
    ],
  });
  expect(viewPlan(counted, paused as never, NOW_MS)).toMatchObject({
    endpoints: [{ endpoint_id: 'ep_1', to_send: 5 }],
    held_endpoints: [{ endpoint_id: 'ep_1', reason: 'paused' }],
  });
});
