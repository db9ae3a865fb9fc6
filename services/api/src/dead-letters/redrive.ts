import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import type { z } from 'zod';
import type { Account } from '../account/account.ts';
import type { redriveView } from './dead-letter-fields.ts';
import { decideRedrive } from './redrive-decision.ts';

export type Redriven = z.output<typeof redriveView>['items'][number];

/** What the history knows of some dead letters. */
export interface RedriveGround {
  deliveries: ReadonlyMap<string, DeliveryWithOrigin>;
  replayed: readonly DeliverySummary[];
  /** When it was read. */
  atMs: number;
}

export async function readGround(
  account: Account,
  deliveryIds: readonly string[],
  nowMs: number,
): Promise<RedriveGround> {
  const found = await account.deadLetters.find(deliveryIds);
  return {
    deliveries: new Map(found.map((delivery) => [delivery.deliveryId, delivery])),
    replayed: await account.deliveries.replayed(found),
    atMs: nowMs,
  };
}

/** Sent at once: each waits for its event to be read and for Kafka. */
const AT_ONCE = 20;

/** Sends each again that is to be. Where Kafka does not confirm, it is not tried with the rest. */
export async function redriveAll(
  account: Account,
  deliveryIds: readonly string[],
  ground: RedriveGround,
): Promise<Redriven[]> {
  const items: Redriven[] = [];
  const send = sendingOnce(account);
  for (let from = 0; from < deliveryIds.length; from += AT_ONCE) {
    const isAway = items.some(({ result }) => result === 'unconfirmed');
    items.push(
      ...(await Promise.all(
        deliveryIds
          .slice(from, from + AT_ONCE)
          .map((id) => (isAway ? result(id, 'unconfirmed') : redrive(account, id, ground, send))),
      )),
    );
  }
  return items;
}

/** Of two dead letters of one event and endpoint, one is a redelivery that died: both mean the same next one. */
function sendingOnce(account: Account): Account['deliveries']['redeliver'] {
  const sent = new Map<string, ReturnType<Account['deliveries']['redeliver']>>();
  return (delivery, of) => {
    const sending = sent.get(delivery.deliveryId) ?? account.deliveries.redeliver(delivery, of);
    sent.set(delivery.deliveryId, sending);
    return sending;
  };
}

async function redrive(
  account: Account,
  id: string,
  { deliveries, replayed, atMs }: RedriveGround,
  send: Account['deliveries']['redeliver'],
): Promise<Redriven> {
  const delivery = deliveries.get(id);
  if (!delivery) return result(id, 'not_found');
  if (account.endpoints.isUnreadable(delivery.endpointId)) return result(id, 'endpoint_unreadable');
  const others = replayed.filter(
    ({ eventId, endpointId, deliveryId }) =>
      eventId === delivery.eventId && endpointId === delivery.endpointId && deliveryId !== id,
  );
  const decision = decideRedrive(delivery, others, account.endpoints.get(delivery.endpointId), atMs);
  if (decision.kind === 'redriven') return result(id, 'redriven', decision.by.deliveryId);
  if (decision.kind !== 'send') return result(id, decision.kind);
  const redelivered = await send(decision.delivery, delivery);
  switch (redelivered.kind) {
    case 'queued':
      return result(id, 'queued', decision.delivery.deliveryId);
    case 'unavailable':
      return result(id, 'unconfirmed');
    default:
      return result(id, redelivered.kind);
  }
}

function result(
  dead_letter: string,
  outcome: Redriven['result'],
  delivery_id: string | null = null,
): Redriven {
  return { dead_letter, result: outcome, delivery_id };
}
