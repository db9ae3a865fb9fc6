import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createDecoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import { createApiKeyWriter, openApiKeyTable } from '@herald/registry/api-keys';
import { operator } from '@herald/registry/audit/entry';
import { openAuditLog } from '@herald/registry/audit/log';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import { tailTopics } from '@herald/testkit/topic-tail';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface RunningProducer {
  service: ServiceProcess;
  adminUrl: string;
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** An account with its keys on one Kafka, and the producers that run on it. */
export interface IngestWorld {
  accountId: string;
  /** Of the world's account where none is named. */
  newKey(role: 'write' | 'read', ofAccount?: string): Promise<string>;
  /** The service as it is run, knowing of Kafka and the schema registry only. Requests carry a key that may write. */
  startProducer(env?: Record<string, string>): Promise<RunningProducer>;
  someEvents(count: number): SimulatedEvent[];
  /** The account's events in the topic by `partition:offset`, read by a consumer that knows nothing of the service. */
  onRecord(): Promise<Map<string, PublicationEvent>>;
  stopProducers(): Promise<void>;
  close(): Promise<void>;
}

export async function createIngestWorld(stack: {
  brokers: string[];
  registryUrl: string;
}): Promise<IngestWorld> {
  const { brokers, registryUrl } = stack;
  // kafkajs reports each try while a test has the broker down; what matters is asserted.
  const connection = { brokers, clientId: 'producer-test', logger: { log: () => {} } };
  const source = connectSchemaRegistry({ url: registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);

  const accountId = `acc-${randomUUID().slice(0, 8)}`;
  const accounts = simulatedWorld({ accountIds: [accountId], projectsPerAccount: 1, channelsPerProject: 5 });
  const table = await openApiKeyTable({
    connection,
    source,
    log: { warn: () => {} },
    onFatal: (error) => {
      throw error;
    },
  });
  const audit = await openAuditLog({ connection, source });
  const writer = await createApiKeyWriter({ connection, source, table, audit });
  const running: ServiceProcess[] = [];

  async function newKey(role: 'write' | 'read', ofAccount = accountId): Promise<string> {
    const created = await writer.as(operator('test')).create({ accountId: ofAccount, name: 'test', role });
    if (created.kind !== 'created') throw new Error(created.kind);
    return created.text;
  }
  const key = await newKey('write');

  async function startProducer(env: Record<string, string> = {}): Promise<RunningProducer> {
    const log: string[] = [];
    const service = forkService({
      name: 'producer',
      entry: join(import.meta.dirname, '..', 'src', 'main.ts'),
      env: {
        PATH: process.env.PATH,
        HERALD_KAFKA_BROKERS: brokers.join(','),
        HERALD_SCHEMA_REGISTRY_URL: registryUrl,
        HERALD_INGEST_PORT: '0',
        ...env,
      },
      output: { onLine: (line) => log.push(line) },
    });
    running.push(service);
    const ready = await service.ready;
    if (!ready) throw new Error(`The producer ended before it was ready:\n${log.join('\n')}`);
    return {
      service,
      adminUrl: ready.adminUrl,
      async post(body, headers = {}) {
        const response = await fetch(`${ready.ingestUrl}/v1/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        const { status, headers: answered } = response;
        return { status, headers: answered, body: (await response.json()) as Record<string, unknown> };
      },
    };
  }

  async function onRecord(): Promise<Map<string, PublicationEvent>> {
    const found = new Map<string, PublicationEvent>();
    const subjectSchema = { subject: subjectOf(TOPICS.events), schema: publicationEventSchema };
    const decoder = createDecoder<PublicationEvent>({ source, subjectSchema });
    const tail = await tailTopics({
      connection,
      topics: [TOPICS.events],
      async onRecord({ partition, offset, value }) {
        const decoded = await decoder.decode(value);
        if (decoded.ok && decoded.value.account_id === accountId) {
          found.set(`${partition}:${offset}`, decoded.value);
        }
      },
    });
    await tail.caughtUp();
    await tail.close();
    return found;
  }

  const stopProducers = async () => {
    await Promise.all(running.splice(0).map((service) => service.stop()));
  };

  return {
    accountId,
    newKey,
    startProducer,
    someEvents: (count) =>
      simulateEvents({ seed: Math.random() * 2 ** 52, accounts, now: Date.now })
        .take(count)
        .toArray(),
    onRecord,
    stopProducers,
    async close() {
      await stopProducers();
      await writer.close();
      await audit.close();
      await table.stop();
    },
  };
}
