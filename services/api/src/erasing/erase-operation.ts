import { z } from 'zod';
import { describeActor } from '../access/caller.ts';
import { id, isoTime } from '../http/fields.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { configurationUnavailable } from '../http/problems.ts';
import { MAX_ERASURES_A_DAY } from './erasure-limit.ts';

const erasureView = z
  .object({
    publication_id: z.string(),
    erased_at: z.string().nullable(),
    /** `recorded`: ClickHouse cannot do it now; it is done as soon as it can. */
    state: z.enum(['erased', 'recorded']),
    /** What there was; null until it is done. */
    erased: z.object({ events: z.number(), routes: z.number(), attempts: z.number() }).nullable(),
  })
  .meta({ id: 'Erasure' });

export function eraseOperation(now: () => number): AnyOperation {
  return operation({
    method: 'delete',
    path: '/v1/publications/{publication_id}/history',
    operationId: 'erasePublicationHistory',
    tag: 'publications',
    summary:
      'Erase what is on record of a publication: its events, routings and attempts, with what is still to come of them. It cannot be brought back.',
    role: 'admin',
    wholeAccount: true,
    params: z.strictObject({ publication_id: id('a publication', 'pub_1') }),
    query: z.strictObject({}),
    body: undefined,
    answers: erasureView,
    statuses: [200, 202],
    problems: ['429 too_many_erasures', '503 configuration_unavailable'],
    async handle({ account, caller, params: { publication_id } }) {
      const result = await account.history.erase(publication_id, describeActor(caller.actor));
      if (result.kind === 'too_many') return tooManyErasures(result.fromMs, now());
      if (result.kind === 'unavailable') return configurationUnavailable(result.detail);
      const body = { publication_id, erased_at: isoTime(result.erasedAtMs), state: result.kind };
      return result.kind === 'erased'
        ? { status: 200, body: { ...body, erased: result.erased } }
        : { status: 202, body: { ...body, erased: null } };
    },
  });
}

function tooManyErasures(fromMs: number, nowMs: number): Answer {
  const seconds = Math.max(1, Math.ceil((fromMs - nowMs) / 1_000));
  return {
    headers: { 'retry-after': String(seconds) },
    problem: {
      status: 429,
      code: 'too_many_erasures',
      title: 'The account has erased as many publications of late as it may',
      detail: `It has erased ${MAX_ERASURES_A_DAY} within a day, and can erase the next one from ${isoTime(fromMs)} on. To have all of the account erased, ask the operator of Herald.`,
    },
  };
}
