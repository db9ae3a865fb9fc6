import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createEncoder, type Encoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import type { KafkaConnection } from '@herald/kafka/connection';
import { partitionForKey } from '@herald/kafka/murmur2';
import { endSessions, membersOf } from '@herald/kafka/testing/leave-group';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { operator } from '@herald/registry/audit/entry';
import { createAuditLog } from '@herald/registry/audit/log';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { createEndpointWriter, type WriteResult } from '@herald/registry/endpoint-writer';
import { createSealing } from '@herald/registry/sealing';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import { DISPATCHER_LANES } from '@herald/testkit/dispatcher-lanes';
import { eventually } from '@herald/testkit/eventually';
import { generateSecret } from '@herald/webhook/secret';
import { endpointOf } from './fakes.ts';

const KEY_RING = `k1:${randomBytes(32).toString('base64')}`;
/** Of the topics that are keyed by endpoint. */
const KEYED_PARTITIONS = 12;
const ENTRY = join(import.meta.dirname, '..', 'src', 'main.ts');

/** Real Kafka, a real registry, and dispatchers as processes; the test plays publisher, owner and receiver. */
export interface World {
  stack: Stack;
  connection: KafkaConnection;
  producer: BatchingProducer;
  encoder: Encoder<PublicationEvent>;
  /**
   * An endpoint in a project of its own unless told otherwise; `secret` is what its receiver verifies with. Resolves
   * when the dispatchers that are up know it: until then, an event would be routed without it.
   */
  addEndpoint(
    given: Partial<Endpoint> & { url: string },
  ): Promise<{ endpoint: Endpoint; secret: string; revision: number }>;
  /** Resolves when the dispatchers that are up know it, as `addEndpoint` does. */
  edit(endpoint: Pick<Endpoint, 'id'>, change: Partial<Endpoint>): Promise<void>;
  delete(endpoint: Pick<Endpoint, 'id'>): Promise<void>;
  /** Resolves when the events are acknowledged. */
  publish(events: readonly PublicationEvent[]): Promise<void>;
  /** Resolves with a dispatcher that is ready. */
  startDispatcher(env?: NodeJS.ProcessEnv): Promise<DispatcherProcess>;
  close(): Promise<void>;
}

export interface DispatcherProcess extends ServiceProcess {
  adminUrl: string;
  /** Its log so far, a line each. */
  log: readonly string[];
  /** Its partitions are free at once, not when its sessions end. */
  kill9: ServiceProcess['kill9'];
  /** Resolves when its endpoint table has the revision. */
  reaches(revision: number): Promise<void>;
}

/**
 * A stack of its own: dispatchers of several test files on one Kafka would share the partitions of their groups, and
 * no test could say which of them was killed.
 */
export async function openWorld(): Promise<World> {
  const stack = await startStack({ components: ['kafka', 'registry'] });
  const connection = { brokers: stack.brokers, clientId: 'dispatcher-test' };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);

  const encoder = await createEncoder<PublicationEvent>(source, {
    subject: subjectOf(TOPICS.events),
    schema: publicationEventSchema,
  });
  const onFatal = (error: Error) => {
    throw error;
  };
  const producer = await createBatchingProducer({ connection });
  const table = await openEndpointTable({ connection, source, log: console, onFatal });
  const audit = await createAuditLog({ producer, source, timeoutMs: 30_000 });
  const endpointWriter = await createEndpointWriter({ connection, source, table, audit });
  const writer = endpointWriter.as(operator('test'));
  const sealing = createSealing(KEY_RING);
  const dispatchers = new Set<DispatcherProcess>();
  const groupIds = DISPATCHER_LANES.map(({ groupId }) => groupId);
  /** Members of the groups that a dispatcher is told by: who is new after a start is the one that was started. */
  const knownMembers = new Set<string>();
  let closing = false;

  async function known(edit: Promise<WriteResult>): Promise<number> {
    const written = await edit;
    if (written.kind !== 'written') throw new Error(`The edit was not made: ${written.kind}`);
    await Promise.all([...dispatchers].map((one) => one.reaches(written.revision)));
    return written.revision;
  }

  return {
    stack,
    connection,
    producer,
    encoder,

    async addEndpoint(given) {
      const secret = generateSecret('v1', randomBytes);
      const id = given.id ?? `ep_${randomUUID()}`;
      const accountId = given.accountId ?? 'acme';
      const endpoint = endpointOf({
        id,
        accountId,
        projectId: `project_${id}`,
        secrets: [
          {
            secretId: 's1',
            scheme: 'v1',
            sealed: sealing.seal(secret, { id, accountId }),
            createdAtMs: Date.now(),
            expiresAtMs: undefined,
          },
        ],
        ...given,
      });
      return { endpoint, secret, revision: await known(writer.create(endpoint)) };
    },

    async edit({ id }, change) {
      await known(writer.update(id, undefined, (current) => ({ ...current, ...change })));
    },

    async delete({ id }) {
      await known(writer.delete(id, undefined));
    },

    publish: (events) =>
      producer.send(
        events.map((event) => ({
          topic: TOPICS.events,
          key: event.publication_id,
          value: encoder.encode(event),
        })),
      ),

    async startDispatcher(env = {}) {
      const log: string[] = [];
      const process_ = forkService({
        name: 'dispatcher',
        entry: ENTRY,
        env: {
          ...process.env,
          HERALD_KAFKA_BROKERS: stack.brokers.join(','),
          HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
          HERALD_SEALING_KEYS: KEY_RING,
          HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
          HERALD_LOG_FORMAT: 'json',
          HERALD_ATTEMPT_LOG_LEVEL: 'debug',
          ...env,
        },
        output: { onLine: (line) => log.push(line) },
      });
      const ready = await process_.ready;
      if (!ready) throw new Error(`The dispatcher did not start:\n${log.join('\n')}`);
      const { adminUrl } = ready;
      const present = (await membersOf(connection, groupIds)).map(({ memberId }) => memberId);
      const own = new Set(present).difference(knownMembers);
      for (const memberId of own) knownMembers.add(memberId);
      const dispatcher = {
        ...process_,
        async kill9() {
          const ended = await process_.kill9();
          dispatchers.delete(dispatcher);
          if (!closing) await endSessions(connection, groupIds, (memberId) => own.has(memberId));
          return ended;
        },
        adminUrl,
        log,
        reaches: (revision: number) =>
          eventually(async () => {
            const applied = await metricOf(adminUrl, 'herald_dispatcher_configuration_revision_offset');
            if (applied < revision) throw new Error(`It has applied revision ${applied}, not ${revision}`);
          }),
      };
      dispatchers.add(dispatcher);
      void process_.ended.then(() => dispatchers.delete(dispatcher));
      return dispatcher;
    },

    async close() {
      closing = true;
      await Promise.all([...dispatchers].map((each) => each.kill9()));
      await endpointWriter.close();
      await table.stop();
      await producer.close();
      await stack.stop();
    },
  };
}

/** The value of a metric without labels of its own. */
async function metricOf(adminUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** An id whose deliveries are on the same partition. */
export function neighbourOf(id: string): string {
  const partition = partitionForKey(id, KEYED_PARTITIONS);
  for (let n = 0; ; n++) {
    const candidate = `ep_neighbour_${n}_${id}`;
    if (partitionForKey(candidate, KEYED_PARTITIONS) === partition) return candidate;
  }
}
