import type { DeliverySummary } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import { effectiveState } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { endpointUnreadable, notFound } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { deliveryParams } from './delivery-fields.ts';
import { decideRedelivery } from './redeliver-decision.ts';
import { redeliveryView } from './redeliver-fields.ts';
import { deliveryOpen, endpointDeleted, endpointOff, refusedRedelivery } from './redeliver-problems.ts';

export function redeliverOperation(readHistory: ReadHistory, now: () => number): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/deliveries/{delivery_id}/redeliver',
    operationId: 'redeliver',
    tag: 'deliveries',
    summary:
      'Send the event of a delivery to its endpoint again, as the endpoint is configured now. Asked twice, it is sent once.',
    role: 'write',
    params: deliveryParams,
    query: z.strictObject({}),
    body: undefined,
    answers: redeliveryView,
    statuses: [200, 202],
    problems: [
      '404 not_found',
      '409 delivery_open',
      '409 endpoint_deleted',
      '409 endpoint_off',
      '410 event_gone',
      '410 event_erased',
      '503 endpoint_unreadable',
      '503 history_unavailable',
      '503 redelivery_unconfirmed',
    ],
    handle: ({ account, params }) =>
      readHistory(
        () => readWithReplayed(account, params.delivery_id),
        (found) =>
          found ? redeliver(account, found, now()) : { problem: notFound('delivery', params.delivery_id) },
      ),
  });
}

async function readWithReplayed(account: Account, deliveryId: string) {
  const [delivery] = await account.deadLetters.find([deliveryId]);
  return delivery && { delivery, replayed: await account.deliveries.replayed([delivery]) };
}

type Found = NonNullable<Awaited<ReturnType<typeof readWithReplayed>>>;

async function redeliver(account: Account, { delivery, replayed }: Found, nowMs: number): Promise<Answer> {
  const { endpointId } = delivery;
  if (account.endpoints.isUnreadable(endpointId)) return endpointUnreadable(endpointId);
  const configured = account.endpoints.get(endpointId);
  const decision = decideRedelivery(delivery, replayed, configured, nowMs);
  switch (decision.kind) {
    case 'endpoint_deleted':
      return { problem: endpointDeleted(delivery) };
    case 'endpoint_off':
      return { problem: endpointOff(decision.endpointId) };
    case 'open':
      return { problem: deliveryOpen(decision.delivery) };
    case 'underway':
      return { status: 200, body: viewUnderway(delivery, decision.delivery, configured!) };
    case 'send': {
      const redelivered = await account.deliveries.redeliver(decision.delivery, delivery);
      if (redelivered.kind !== 'queued') return refusedRedelivery(delivery, redelivered);
      return { status: 202, body: viewQueued(account, delivery, decision.delivery, configured!) };
    }
  }
}

function viewUnderway(
  redelivered: DeliverySummary,
  underway: DeliverySummary,
  { revision }: ConfiguredEndpoint,
): z.output<typeof redeliveryView> {
  return {
    delivery_id: underway.deliveryId,
    redelivers: redelivered.deliveryId,
    event_id: underway.eventId,
    endpoint_id: underway.endpointId,
    endpoint_revision: revision,
    cause: underway.cause,
    already_queued: true,
    state: underway.state,
    reason: underway.reason,
  };
}

function viewQueued(
  account: Account,
  redelivered: DeliverySummary,
  queued: Delivery,
  { endpoint, revision }: ConfiguredEndpoint,
): z.output<typeof redeliveryView> {
  const effective = effectiveState(endpoint, revision, account.endpoints.status(endpoint.id));
  const isHeld = effective.state === 'held';
  return {
    delivery_id: queued.deliveryId,
    redelivers: redelivered.deliveryId,
    event_id: queued.eventId,
    endpoint_id: queued.endpointId,
    endpoint_revision: revision,
    cause: queued.cause,
    already_queued: false,
    state: isHeld ? 'held' : 'pending',
    reason: isHeld ? effective.reason : null,
  };
}
