import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createHistoryDatabase, type HistoryDatabase } from '@herald/clickhouse/testing/history-database';
import { createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { GROUPS } from '@herald/contracts/groups';
import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { replayCause } from '@herald/domain/cause';
import type { Coordinates } from '@herald/domain/coordinates';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import { createKafka, type KafkaConnection } from '@herald/kafka/connection';
import { createPartitionReader, type PartitionReader } from '@herald/kafka/partition-reader';
import { endSessions } from '@herald/kafka/testing/leave-group';
import { applyTopics } from '@herald/kafka/topics';
import { operator } from '@herald/registry/audit/entry';
import { createAuditLog } from '@herald/registry/audit/log';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { createEndpointWriter } from '@herald/registry/endpoint-writer';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { openErasureTable } from '@herald/registry/erasures';
import {
  createReplayWriter,
  type NewReplay,
  openReplayJobTable,
  type ReplayEdits,
} from '@herald/registry/replay-jobs';
import { openReplayProgressTable, type ReplayProgressTable } from '@herald/registry/replay-progress';
import { NO_FILTER } from '@herald/replay/job';
import type { ReplayProgress, ReplayState } from '@herald/replay/progress';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';
import { eventually } from '@herald/testkit/eventually';
import type { ProvidedContext } from 'vitest';

const ENTRY = join(import.meta.dirname, '..', 'src', 'main.ts');

/** What a replay has sent, as it lies in webhook.backfill. */
export interface Sent {
  delivery: Delivery;
  value: Buffer;
}

/** Real servers and a replayer as a process; the test plays the api, the publisher and the history. */
export interface World {
  producer: BatchingProducer;
  reader: PartitionReader;
  history: HistoryDatabase;
  replays: ReplayEdits;
  progress: ReplayProgressTable;
  encode(event: PublicationEvent): Buffer;
  /** In order; resolves with where each was written. */
  publish(events: readonly PublicationEvent[]): Promise<Coordinates[]>;
  /** An endpoint of the account that is in force for the replayer from now on. */
  endpoint(given: Partial<Endpoint> & { accountId: string }): Promise<string>;
  forgetEndpoint(endpointId: string): Promise<void>;
  /** Puts on record that the history of a publication is erased. */
  erase(accountId: string, publicationId: string): Promise<void>;
  /** Asks for a replay, of all the account's events unless it says otherwise; resolves with its id. */
  ask(replay: Partial<NewReplay> & { accountId: string }): Promise<string>;
  /** Resolves with the progress when it is there. */
  until(
    replayId: string,
    isThere: ReplayState | ((progress: ReplayProgress) => boolean),
  ): Promise<ReplayProgress>;
  /** Everything that the replay has sent, partition after partition. */
  sentBy(replayId: string): Promise<Sent[]>;
  startReplayer(): Promise<void>;
  kill9(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(stack: ProvidedContext['stack']): Promise<World> {
  const connection = { brokers: stack.brokers, clientId: 'replayer-test', logger: { log: () => {} } };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  const onFatal = (error: Error): never => {
    throw error;
  };
  const tableOptions = { connection, source, log: { warn: () => {} }, onFatal };
  const [jobs, progress, endpoints, erasures, history, producer] = await Promise.all([
    openReplayJobTable(tableOptions),
    openReplayProgressTable(tableOptions),
    openEndpointTable(tableOptions),
    openErasureTable(tableOptions),
    createHistoryDatabase(stack.clickhouseUrl),
    createBatchingProducer({ connection }),
  ]);
  const audit = await createAuditLog({ producer, source, timeoutMs: 30_000 });
  const tester = operator('test');
  const replayWriter = await createReplayWriter({
    ...{ connection, source, jobs, progress, audit },
    maxOpenPerAccount: 3,
  });
  const replays = replayWriter.as(tester);
  const endpointWriter = await createEndpointWriter({
    connection,
    source,
    table: endpoints,
    audit,
    timeoutMs: 30_000,
  });
  const encoder = await createEncoder<PublicationEvent>(source, {
    subject: subjectOf(TOPICS.events),
    schema: publicationEventSchema,
  });
  const reader = createPartitionReader(connection);
  const erasureRecorder = await createErasureRecorder({
    ...{ connection, reader, source, table: erasures, now: Date.now },
    timeoutMs: 30_000,
  });
  const { signal } = new AbortController();
  const backfill = await reader.bounds(TOPICS.backfill, signal);
  const logger = await playLogger(connection);
  const log: string[] = [];
  let replayer: ServiceProcess | undefined;

  return {
    producer,
    reader,
    history,
    replays,
    progress,
    encode: (event) => encoder.encode(event),
    publish: (events) =>
      Promise.all(
        events.map(async (event) => {
          const value = encoder.encode(event);
          const at = await producer.sendOne({ topic: TOPICS.events, key: event.publication_id, value });
          return { topic: TOPICS.events, ...at };
        }),
      ),
    async endpoint(given) {
      const endpoint = endpointOf(given);
      const written = await endpointWriter.as(tester).create(endpoint);
      if (written.kind !== 'written') throw new Error(`the endpoint is not written: ${written.kind}`);
      return endpoint.id;
    },
    forgetEndpoint: async (endpointId) =>
      void (await endpointWriter.as(tester).delete(endpointId, undefined)),
    async erase(accountId, publicationId) {
      const recorded = await erasureRecorder.record({ accountId, publicationId, erasedBy: 'test' });
      if (recorded.kind !== 'recorded') throw new Error(recorded.detail);
    },
    async ask(replay) {
      const id = `rp_${randomUUID()}`;
      const created = await replays.create({
        id,
        dryRun: false,
        source: { kind: 'topic', topic: TOPICS.events, ranges: [], fromMs: undefined, toMs: undefined },
        filter: NO_FILTER,
        targetEndpointId: undefined,
        skipDelivered: true,
        perSecond: 1_000,
        ...replay,
      });
      if (created.kind !== 'created')
        throw new Error(`the replay is not created: ${JSON.stringify(created)}`);
      return id;
    },
    until: (replayId, isThere) =>
      eventually(() => {
        const found = progress.get(replayId)?.value;
        if (!found) throw new Error(`nothing is known of ${replayId}:\n${log.slice(-20).join('\n')}`);
        const isIt = typeof isThere === 'string' ? found.state === isThere : isThere(found);
        if (!isIt) throw new Error(`the replay is ${JSON.stringify(found)}:\n${log.slice(-5).join('\n')}`);
        return found;
      }),
    async sentBy(replayId) {
      const sent: Sent[] = [];
      for (const [partition, { endOffset }] of await reader.bounds(TOPICS.backfill, signal)) {
        let from = backfill.get(partition)!.endOffset;
        while (from < endOffset) {
          const range = { topic: TOPICS.backfill, partition, from, to: endOffset, maxBytes: 1_000_000 };
          const read = await reader.read(range, signal);
          if (read.kind !== 'records') throw new Error('webhook.backfill has expired');
          for (const { headers, value } of read.records) {
            const decoded = decodeDeliveryHeaders(headers);
            if (!decoded.ok || decoded.delivery.cause !== replayCause(replayId)) continue;
            sent.push({ delivery: decoded.delivery, value: Buffer.from(value!) });
          }
          from = read.nextOffset;
        }
      }
      return sent;
    },
    async startReplayer() {
      replayer = forkService({
        name: 'replayer',
        entry: ENTRY,
        env: {
          ...process.env,
          HERALD_KAFKA_BROKERS: stack.brokers.join(','),
          HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
          HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
          HERALD_CLICKHOUSE_DATABASE: history.options.database,
          HERALD_LOG_FORMAT: 'json',
        },
        output: { onLine: (line) => log.push(line) },
      });
      if (!(await replayer.ready)) throw new Error(`The replayer did not start:\n${log.join('\n')}`);
    },
    async kill9() {
      await replayer?.kill9();
      await endSessions(connection, ['herald.replay']);
    },
    async close() {
      await replayer?.kill9();
      await Promise.all([replayWriter.close(), endpointWriter.close(), erasureRecorder.close()]);
      await logger.disconnect();
      await producer.close();
      await Promise.all([jobs.stop(), progress.stop(), endpoints.stop(), erasures.stop()]);
      await Promise.all([reader.close(), history.drop()]);
    },
  };
}

/** Commits as the loggers do, for the test brings the rows itself. */
async function playLogger(connection: KafkaConnection): Promise<{ disconnect(): Promise<void> }> {
  const consumer = createKafka(connection).consumer({ groupId: GROUPS.log, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPICS.events, TOPICS.routes, TOPICS.attempts], fromBeginning: true });
  await consumer.run({ autoCommitInterval: 100, eachBatch: async () => {} });
  return consumer;
}

function endpointOf(given: Partial<Endpoint> & { accountId: string }): Endpoint {
  return {
    id: `ep_${randomUUID()}`,
    projectId: 'project-1',
    name: 'test',
    kind: 'webhook',
    url: 'https://example.com/hook',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set() },
    state: 'active',
    secrets: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 15_000,
    maxConcurrency: 10,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: {},
    createdAtMs: 1,
    updatedAtMs: 1,
    ...given,
  };
}
