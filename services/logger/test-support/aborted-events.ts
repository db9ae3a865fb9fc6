import { randomUUID } from 'node:crypto';
import { TOPICS } from '@herald/contracts/topics';
import { createKafka } from '@herald/kafka/connection';
import { eventsOf, type World } from './world.ts';

/** Of a producer that writes in transactions: no consumer ever gets them. */
export async function abortEvents(world: World, accountIds: readonly string[]): Promise<void> {
  const kafka = createKafka({ brokers: world.stack.brokers, clientId: 'aborting-test' });
  const producer = kafka.producer({
    transactionalId: randomUUID(),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  const messages = accountIds
    .flatMap((accountId) => eventsOf(accountId, 5))
    .map((event) => ({ key: event.publication_id, value: world.encodeEvent(event) }));
  await transaction.send({ topic: TOPICS.events, messages });
  await transaction.abort();
  await producer.disconnect();
}
