import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { HistoryStore } from '@herald/clickhouse/history';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import type { LedgerFigures } from '@herald/clickhouse/ledger/ledger';
import { anAttempt, anEvent } from '@herald/clickhouse/testing/sample-rows';
import { createEncoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { type BatchingProducer, createBatchingProducer } from '@herald/kafka/batching-producer';
import { endSessions } from '@herald/kafka/testing/leave-group';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { forkService, type ServiceProcess } from '@herald/service-kit/service-process';

const ENTRY = join(import.meta.dirname, '..', 'src', 'main.ts');

export interface LoggerProcess extends ServiceProcess {
  adminUrl: string;
  log: readonly string[];
}

/** Real servers of its own, loggers as processes; the test plays the dispatcher and the publisher. */
export interface World {
  stack: Stack;
  producer: BatchingProducer;
  history: HistoryStore;
  encodeEvent(event: PublicationEvent): Buffer;
  /** Resolves when they are acknowledged. */
  produceEvents(events: readonly PublicationEvent[]): Promise<void>;
  produceRoutes(routes: readonly RouteRecord[]): Promise<void>;
  /** Each goes to the partition that `partitionOf` says, by default to that of its endpoint. */
  produceAttempts(
    attempts: readonly DeliveryAttempt[],
    partitionOf?: (attempt: DeliveryAttempt) => number,
  ): Promise<void>;
  /** The partitions of loggers that were killed are free at once, not when their sessions end. */
  endSessions(): Promise<void>;
  /** Resolves with a logger that may not be ready yet. */
  launchLogger(env?: NodeJS.ProcessEnv): ServiceProcess & { log: readonly string[] };
  /** Resolves with a logger that is ready. */
  startLogger(env?: NodeJS.ProcessEnv): Promise<LoggerProcess>;
  /** The answer of ClickHouse itself, as rows. */
  ask<T>(sql: string): Promise<T[]>;
  ledger(): Promise<LedgerFigures>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const stack = await startStack();
  const connection = { brokers: stack.brokers, clientId: 'logger-test' };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  const encoderOf = <T>(topic: string, schema: object) =>
    createEncoder<T>(source, { subject: subjectOf(topic), schema });
  const events = await encoderOf<PublicationEvent>(TOPICS.events, publicationEventSchema);
  const routes = await encoderOf<RouteRecord>(TOPICS.routes, routeRecordSchema);
  const attempts = await encoderOf<DeliveryAttempt>(TOPICS.attempts, deliveryAttemptSchema);
  const producer = await createBatchingProducer({ connection });
  const history = openHistoryStore({ url: stack.clickhouseUrl, database: stack.clickhouseDatabase });
  const processes: ServiceProcess[] = [];

  function launchLogger(env: NodeJS.ProcessEnv = {}) {
    const log: string[] = [];
    const launched = forkService({
      name: 'logger',
      entry: ENTRY,
      env: {
        ...process.env,
        HERALD_KAFKA_BROKERS: stack.brokers.join(','),
        HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
        HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
        HERALD_CLICKHOUSE_DATABASE: stack.clickhouseDatabase,
        HERALD_LOG_FORMAT: 'json',
        HERALD_LOGGER_FLUSH_MS: '100',
        HERALD_HISTORY_RETENTION_DAYS: '3650',
        ...env,
      },
      output: { onLine: (line) => log.push(line) },
    });
    processes.push(launched);
    return { ...launched, log };
  }

  return {
    stack,
    producer,
    history,
    launchLogger,
    encodeEvent: (event) => events.encode(event),
    produceEvents: (all) =>
      producer.send(
        all.map((event) => ({
          topic: TOPICS.events,
          key: event.publication_id,
          value: events.encode(event),
        })),
      ),
    produceRoutes: (all) =>
      producer.send(
        all.map((route) => ({ topic: TOPICS.routes, key: route.event_id, value: routes.encode(route) })),
      ),
    produceAttempts: (all, partitionOf) =>
      producer.send(
        all.map((attempt) => ({
          topic: TOPICS.attempts,
          key: attempt.endpoint_id,
          value: attempts.encode(attempt),
          ...(partitionOf && { partition: partitionOf(attempt) }),
        })),
      ),
    endSessions: () => endSessions(connection, ['herald.log']),
    async startLogger(env) {
      const launched = launchLogger(env);
      const ready = await launched.ready;
      if (!ready) throw new Error(`The logger did not start:\n${launched.log.join('\n')}`);
      return { ...launched, adminUrl: ready.adminUrl };
    },
    async ask<T>(sql: string) {
      const url = `${stack.clickhouseUrl}/?database=${stack.clickhouseDatabase}&default_format=JSONEachRow&output_format_json_quote_64bit_integers=0`;
      const answer = await fetch(url, { method: 'POST', body: sql });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T);
    },
    ledger: () => history.ledger.recount('all'),
    async close() {
      await Promise.all(processes.map((each) => each.kill9()));
      await history.close();
      await producer.close();
      await stack.stop();
    },
  };
}

/** Attempts over many endpoints, with bodies that are no text. */
export function attemptsOf(accountId: string, count: number): DeliveryAttempt[] {
  return Array.from({ length: count }, (_, index) => {
    const attempt = anAttempt({ account_id: accountId, endpoint_id: `endpoint-${index % 50}` });
    return { ...attempt, request: { ...attempt.request!, body: randomBytes(200) } };
  });
}

export function eventsOf(accountId: string, count: number): PublicationEvent[] {
  return Array.from({ length: count }, () =>
    anEvent({ account_id: accountId, publication_id: randomUUID() }),
  );
}
