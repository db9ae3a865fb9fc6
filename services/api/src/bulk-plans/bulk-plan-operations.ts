import { stateOfPlan } from '@herald/replay/bulk-plan';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import { otherReplay, REFUSED_REPLAYS, REFUSED_STARTS, refusedReplay } from '../replays/replay-answers.ts';
import { isSameReplay, replayIdFor } from '../replays/replay-operations.ts';
import type { Replay } from '../replays/replay-view.ts';
import { replayOfPlan, viewPlan } from './bulk-plan.ts';
import { bulkPlanBody, bulkPlanParams, bulkPlanView } from './bulk-plan-fields.ts';

const none = z.strictObject({});

/** Acting on many deliveries by what they have in common: counted first, then done to exactly those. */
export function bulkPlanOperations(maxPerSecond: number, now: () => number): AnyOperation[] {
  const answered = (account: Account, status: 200 | 201, replay: Replay): Answer => ({
    status,
    body: viewPlan(replay, account.endpoints, now()),
  });

  const create = operation({
    method: 'post',
    path: '/v1/bulk-plans',
    operationId: 'createBulkPlan',
    tag: 'replays',
    summary:
      'Count the deliveries that an action would be for, and freeze them. Nothing is sent until the plan is run. With the same Idempotency-Key it is the same plan.',
    role: 'write',
    params: none,
    query: none,
    body: bulkPlanBody(maxPerSecond),
    answers: bulkPlanView,
    requestHeaders: { 'idempotency-key': 'optional' },
    statuses: [200, 201],
    problems: ['409 idempotency_key_conflict', ...REFUSED_REPLAYS],
    async handle({ account, body, header }) {
      const planId = replayIdFor('bp', account.id, header('idempotency-key'));
      const asked = replayOfPlan(planId, body);
      const created = await account.replays.create(asked);
      if (created.kind !== 'created' && created.kind !== 'exists') return refusedReplay(planId, created);
      if (!isSameReplay(asked, created.job)) return otherReplay(planId);
      const progress = account.replays.get(planId)?.progress;
      return answered(account, created.kind === 'created' ? 201 : 200, { job: created.job, progress });
    },
  });

  const get = operation({
    method: 'get',
    path: '/v1/bulk-plans/{plan_id}',
    operationId: 'getBulkPlan',
    tag: 'replays',
    summary: 'Get a bulk plan: what it would do, exactly, or how far it is.',
    role: 'read',
    params: bulkPlanParams,
    query: none,
    body: undefined,
    answers: bulkPlanView,
    problems: ['404 not_found'],
    handle({ account, params }) {
      const replay = account.replays.get(params.plan_id);
      return replay ? answered(account, 200, replay) : { problem: notFound('bulk plan', params.plan_id) };
    },
  });

  const run = operation({
    method: 'post',
    path: '/v1/bulk-plans/{plan_id}/run',
    operationId: 'runBulkPlan',
    tag: 'replays',
    summary: 'Do what a bulk plan has counted. Asked twice, it is done once.',
    role: 'write',
    params: bulkPlanParams,
    query: none,
    body: undefined,
    answers: bulkPlanView,
    problems: REFUSED_STARTS,
    async handle({ account, params: { plan_id: planId } }) {
      const replay = account.replays.get(planId);
      if (!replay) return { problem: notFound('bulk plan', planId) };
      if (stateOfPlan(replay.job, replay.progress, now()) === 'cancelled') {
        return refusedReplay(planId, { kind: 'cancelled' });
      }
      if (!replay.job.dryRun) return answered(account, 200, replay);
      const started = await account.replays.start(planId);
      if (started.kind !== 'changed') return refusedReplay(planId, started);
      return answered(account, 200, { ...replay, job: started.job });
    },
  });

  return [create, get, run];
}
