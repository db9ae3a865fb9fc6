import { hash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { NewReplay } from '@herald/registry/replay-jobs';
import type { ReplayJob, WantedState } from '@herald/replay/job';
import { z } from 'zod';
import type { Account, ReplayTold } from '../account/account.ts';
import { endpointOff } from '../deliveries/redeliver-problems.ts';
import { cutNewestFirst } from '../http/newest-first.ts';
import { type Answer, type AnyOperation, operation, type ProblemCode } from '../http/operation.ts';
import { endpointUnreadable, notFound, refusedCursor } from '../http/problems.ts';
import {
  answerReplay,
  otherReplay,
  planNotRun,
  REFUSED_REPLAYS,
  REFUSED_STARTS,
  refusedReplay,
  whyNotChanged,
} from './replay-answers.ts';
import * as fields from './replay-fields.ts';
import { replayFilterOf } from './replay-filter.ts';
import { topicOf } from './replay-topics.ts';
import { viewReplay } from './replay-view.ts';

const none = z.strictObject({});

/** Asking for replays, looking at them, and changing one's mind. */
export function replayOperations(maxPerSecond: number, now: () => number): AnyOperation[] {
  const body = fields.replayBody(maxPerSecond, now);

  const create = operation({
    method: 'post',
    path: '/v1/replays',
    operationId: 'createReplay',
    tag: 'replays',
    summary:
      'Ask for a replay: deliver past events again, chosen by offset, time or filter. With dry_run it stays a plan until it is started. With the same Idempotency-Key it is the same replay.',
    role: 'write',
    params: none,
    query: none,
    body,
    answers: fields.replayView,
    requestHeaders: { 'idempotency-key': 'optional' },
    statuses: [200, 201],
    problems: [
      '409 endpoint_off',
      '409 idempotency_key_conflict',
      '503 endpoint_unreadable',
      ...REFUSED_REPLAYS,
    ],
    async handle({ account, body, header }) {
      const target = body.target_endpoint_id;
      if (target !== undefined) {
        if (account.endpoints.isUnreadable(target)) return endpointUnreadable(target);
        const aim = account.endpoints.get(target);
        if (!aim) return { problem: notFound('endpoint', target) };
        if (aim.endpoint.state === 'off') return { problem: endpointOff(target) };
      }
      const replayId = replayIdFor('rp', account.id, header('idempotency-key'));
      const asked = newReplay(replayId, body);
      const created = await account.replays.create(asked);
      if (created.kind !== 'created' && created.kind !== 'exists') return refusedReplay(replayId, created);
      if (!isSameReplay(asked, created.job)) return otherReplay(replayId);
      if (created.job.dryRun && !asked.dryRun) return planNotRun(replayId);
      const progress = account.replays.get(replayId)?.progress;
      return answerReplay(account, created.kind === 'created' ? 201 : 200, { job: created.job, progress });
    },
  });

  const list = operation({
    method: 'get',
    path: '/v1/replays',
    operationId: 'listReplays',
    tag: 'replays',
    summary: 'List replays, newest first.',
    role: 'read',
    params: none,
    query: fields.replayQuery,
    body: undefined,
    answers: fields.replayPage,
    problems: ['400 refused_cursor'],
    handle({ account, query }) {
      const page = cutNewestFirst(account.replays.list(), ({ job }) => job, query);
      if (page.kind === 'refused_cursor') return { problem: refusedCursor(page.reason) };
      const items = page.items.map((replay) => viewReplay(replay, account.endpoints));
      return { status: 200, body: { items, next_cursor: page.nextCursor ?? null } };
    },
  });

  const get = operation({
    method: 'get',
    path: '/v1/replays/{replay_id}',
    operationId: 'getReplay',
    tag: 'replays',
    summary: 'Get a replay: what it has planned, what it has done, and what is left.',
    role: 'read',
    params: fields.replayParams,
    query: none,
    body: undefined,
    answers: fields.replayView,
    problems: ['404 not_found'],
    handle({ account, params }) {
      const replay = account.replays.get(params.replay_id);
      return replay ? answerReplay(account, 200, replay) : { problem: notFound('replay', params.replay_id) };
    },
  });

  const changing = (
    verb: string,
    summary: string,
    change: (account: Account, id: string) => Promise<ReplayTold>,
    { wanted, problems = REFUSED_REPLAYS }: { wanted?: WantedState; problems?: readonly ProblemCode[] } = {},
  ) =>
    operation({
      method: 'post',
      path: `/v1/replays/{replay_id}/${verb}`,
      operationId: `${verb}Replay`,
      tag: 'replays',
      summary,
      role: 'write',
      params: fields.replayParams,
      query: none,
      body: undefined,
      answers: fields.replayView,
      problems,
      handle: async ({ account, params }): Promise<Answer> => {
        const { replay_id: replayId } = params;
        const refusal = whyNotChanged(account, replayId, wanted);
        if (refusal) return refusal;
        const changed = await change(account, replayId);
        if (changed.kind !== 'changed') return refusedReplay(replayId, changed);
        return answerReplay(account, 200, {
          job: changed.job,
          progress: account.replays.get(replayId)?.progress,
        });
      },
    });

  return [
    create,
    list,
    get,
    changing(
      'start',
      'Run a replay that is a plan. A bulk plan can be started only once it is counted, and for 15 minutes after that.',
      (account, id) => account.replays.start(id),
      { problems: REFUSED_STARTS },
    ),
    changing('pause', 'Pause a replay: what is sent is delivered, nothing more is sent.', (account, id) =>
      account.replays.want(id, 'paused'),
    ),
    changing('resume', 'Go on with a replay that is paused.', (account, id) =>
      account.replays.want(id, 'running'),
    ),
    changing(
      'cancel',
      'End a replay. Nothing more is sent; what is sent and not attempted yet is dropped, with a record of it, also of one that is completed or has failed.',
      (account, id) => account.replays.want(id, 'cancelled'),
      { wanted: 'cancelled' },
    ),
  ];
}

/** With the same key it is the same id. */
export function replayIdFor(
  prefix: 'rp' | 'bp',
  accountId: string,
  idempotencyKey: string | undefined,
): string {
  if (!idempotencyKey) return `${prefix}_${randomUUID().replaceAll('-', '')}`;
  return `${prefix}_${hash('sha256', `replay\n${accountId}\n${idempotencyKey}`, 'hex').slice(0, 32)}`;
}

/** Whether it was a dry run is not compared: a plan that was started is none any more, and is the same replay. */
export function isSameReplay(asked: Omit<NewReplay, 'accountId'>, job: ReplayJob): boolean {
  const fields = ['source', 'filter', 'targetEndpointId', 'skipDelivered', 'perSecond'] as const;
  return fields.every((field) => isDeepStrictEqual(asked[field], job[field]));
}

type Body = z.output<ReturnType<typeof fields.replayBody>>;

function newReplay(id: string, body: Body): Omit<NewReplay, 'accountId'> {
  const { source, filter } = body;
  const times = { fromMs: source.from, toMs: source.to };
  return {
    id,
    dryRun: body.dry_run,
    source:
      source.kind === 'history'
        ? { kind: 'history', states: source.states, lastStatuses: source.last_statuses, ...times }
        : {
            kind: 'topic',
            topic: topicOf(source.topic as string),
            ranges: (source.ranges ?? []).map(({ partition, from, to }) => ({ partition, from, to })),
            ...times,
          },
    filter: replayFilterOf(filter),
    targetEndpointId: body.target_endpoint_id,
    skipDelivered: body.skip_delivered,
    perSecond: body.per_second,
  };
}
