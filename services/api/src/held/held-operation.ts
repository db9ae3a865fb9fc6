import type { HeldFigures } from '@herald/clickhouse/read/held';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { effectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { endpointParams } from '../endpoints/endpoint-fields.ts';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';

export interface HeldOperationOptions {
  readHistory: ReadHistory;
  /** Held deliveries a second that one endpoint gets when it catches up. */
  catchUpPerSecond: number;
  now: () => number;
}

const count = z.number().nullable();
const time = z.string().nullable();

export const heldView = z
  .object({
    endpoint_id: z.string(),
    state: z.enum(['active', 'held', 'catching_up']),
    reason: z.string().nullable(),
    since: time.meta({ description: 'null where its owner set the state' }),
    as_of: time.meta({
      description:
        'all that was accepted by then is counted; null where that is not known, or ClickHouse is away: then all counts are null too, and deliveries go on being held and released',
    }),
    deliveries: count,
    oldest_held_at: time,
    hours_until_loss: z.number().nullable().meta({
      description: 'until the oldest becomes a dead letter (expired), a day before its topic would drop it',
    }),
    per_second: z.number().meta({ description: 'the most at which it catches up' }),
    catch_up_seconds: z.number().nullable().meta({ description: 'at that rate; an endpoint may be slower' }),
    released: count.meta({
      description: 'since it began to catch up; null also where there are too many to count',
    }),
  })
  .meta({ id: 'HeldSummary' });

export function heldOperation({ readHistory, catchUpPerSecond, now }: HeldOperationOptions): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/endpoints/{endpoint_id}/held',
    operationId: 'getHeldSummary',
    tag: 'endpoints',
    summary:
      'What is held for an endpoint: how many, how long until the oldest is lost, how long a catch-up takes.',
    role: 'read',
    params: endpointParams,
    query: z.strictObject({}),
    body: undefined,
    answers: heldView,
    problems: ['404 not_found'],
    async handle({ account, params }) {
      const configured = account.endpoints.get(params.endpoint_id);
      if (!configured) return { problem: notFound('endpoint', params.endpoint_id) };
      const standing = standingOf(account, configured);
      const { state, sinceMs } = standing;
      const releasedSinceMs = state === 'catching-up' ? sinceMs : undefined;
      const view = (figures: HeldFigures | undefined) => ({
        status: 200 as const,
        body: viewHeld(configured, standing, figures, { catchUpPerSecond, nowMs: now() }),
      });
      const answer = await readHistory(
        () => account.endpoints.held(params.endpoint_id, releasedSinceMs),
        view,
      );
      return 'problem' in answer ? view(undefined) : answer;
    },
  });
}

interface Standing {
  state: 'active' | 'held' | 'catching-up';
  reason: string | null;
  sinceMs: number | undefined;
}

function standingOf(account: Account, { endpoint, revision }: ConfiguredEndpoint): Standing {
  const status = account.endpoints.status(endpoint.id);
  const effective = effectiveState(endpoint, revision, status);
  const isDecided = endpoint.state === 'active' && status?.state === effective.state;
  return {
    state: effective.state,
    reason: effective.state === 'held' ? effective.reason : null,
    sinceMs: isDecided ? status.sinceMs : undefined,
  };
}

const HOUR_MS = 3_600_000;

/** A day before webhook.held drops it, a held delivery is given up. */
const HELD_FOR_MS =
  Number(TOPIC_SPECS.find(({ name }) => name === TOPICS.held)!.config['retention.ms']) - 24 * HOUR_MS;

function viewHeld(
  { endpoint }: ConfiguredEndpoint,
  { state, reason, sinceMs }: Standing,
  figures: HeldFigures | undefined,
  { catchUpPerSecond, nowMs }: { catchUpPerSecond: number; nowMs: number },
): z.output<typeof heldView> {
  const perSecond = Math.min(catchUpPerSecond, endpoint.rateLimitPerSecond ?? Infinity);
  const { deliveries = null, oldestHeldAtMs = null } = figures ?? {};
  const lossInMs = oldestHeldAtMs === null ? null : Math.max(0, oldestHeldAtMs + HELD_FOR_MS - nowMs);
  return {
    endpoint_id: endpoint.id,
    state: state === 'catching-up' ? 'catching_up' : state,
    reason,
    since: sinceMs === undefined ? null : isoTime(sinceMs),
    as_of: isoTimeOrNull(figures?.asOfMs),
    deliveries,
    oldest_held_at: isoTimeOrNull(oldestHeldAtMs),
    hours_until_loss: lossInMs === null ? null : Math.round((lossInMs / HOUR_MS) * 10) / 10,
    per_second: perSecond,
    catch_up_seconds: deliveries === null ? null : Math.ceil(deliveries / perSecond),
    released: figures?.released ?? null,
  };
}
