import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { parseEvent } from '@herald/publisher/parse-event';
import { simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import type { Row } from '../row.ts';

const EVENTS = 30;
const OUTAGE_MS = 8_000;

/** A field that no reader knows yet, so that the registry has to be asked about the events that have it. */
const NEWER_SCHEMA = {
  ...publicationEventSchema,
  fields: [
    ...publicationEventSchema.fields,
    { name: 'from_the_future', type: ['null', 'string'], default: null, doc: 'Of a newer version.' },
  ],
};

/** Events of a schema that nobody has read before come while the registry is away: they wait, none is poison. */
export const REGISTRY_DOWN: Row = {
  name: 'registry-down',
  async blow({ world, load, progress }) {
    const { stack } = world.herald;
    const source = connectSchemaRegistry({ url: stack.registryUrl });
    const subjectSchema = { subject: subjectOf(TOPICS.events), schema: NEWER_SCHEMA };
    await source.apply(subjectSchema);
    const encoder = await createEncoder<PublicationEvent & { from_the_future: string }>(
      source,
      subjectSchema,
    );
    const producer = await createBatchingProducer({ connection: world.connection });
    try {
      progress('kill -9 of the schema registry; a newer schema comes into use');
      await stack.registry.kill9();
      for (const event of newerEvents(load.account.accountId)) {
        const parsed = parseEvent(event, randomUUID);
        if (!parsed.ok) throw new Error(`A simulated event is refused: ${JSON.stringify(parsed.problems)}`);
        const value = encoder.encode({ ...parsed.event, from_the_future: 'yes' });
        await producer.send([{ topic: TOPICS.events, key: event.publication_id, value }]);
        load.owe(event);
      }
      await sleep(OUTAGE_MS);
      await stack.registry.start();
      progress('the schema registry is back');
    } finally {
      await producer.close();
    }
  },
};

function newerEvents(accountId: string) {
  const accounts = simulatedWorld({ accountIds: [accountId], projectsPerAccount: 1, channelsPerProject: 3 });
  return simulateEvents({ seed: Date.now(), accounts, now: Date.now }).take(EVENTS);
}
