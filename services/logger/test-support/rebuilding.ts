import { randomUUID } from 'node:crypto';
import { openEraser } from '@herald/clickhouse/erasing/eraser';
import { openInserter } from '@herald/clickhouse/inserter';
import { migrate } from '@herald/clickhouse/migrate';
import { openRebuildPositions } from '@herald/clickhouse/rebuild/positions';
import { type Rebuilt, rebuildHistory } from '@herald/clickhouse/rebuild/rebuild';
import { createRowMaker, LOGGED_TOPICS } from '@herald/clickhouse/rows/row-maker';
import { anAttempt, anAuditRecord, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { createDecoder, createEncoder } from '@herald/contracts/codec';
import { type AuditRecord, auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry, type SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { type ErasureTable, openErasureTable } from '@herald/registry/erasures';
import { eventually } from '@herald/testkit/eventually';
import { eventsOf, type World } from './world.ts';

/** Events as they lie in Kafka, by account; some are routed to two endpoints, whose deliveries have two attempts. */
export async function produceHistory(
  world: World,
  accountIds: readonly string[],
  eventsEach: number,
): Promise<void> {
  const produced = accountIds.flatMap((accountId) => eventsOf(accountId, eventsEach));
  const ofThem = `account_id IN (${accountIds.map((id) => `'${id}'`)})`;
  await world.produceEvents(produced);
  await eventually(async () => {
    const [found] = await world.ask<{ events: number }>(
      `SELECT uniqExact(event_id) AS events FROM events WHERE ${ofThem}`,
    );
    if (found!.events < produced.length)
      throw new Error(`${found!.events} of ${produced.length} events are on record`);
  });
  const placed = await world.ask<PlacedEvent>(
    `SELECT DISTINCT account_id, event_id, publication_id, partition, offset FROM events WHERE ${ofThem}`,
  );
  const routes = placed.map(routeOf);
  await world.produceRoutes(routes);
  await world.produceAttempts(routes.flatMap(attemptsOf));
  await produceAudit(world, accountIds);
}

/** One change an account: asked for, and then made. */
async function produceAudit({ stack, producer, ask }: World, accountIds: readonly string[]): Promise<void> {
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  const encoder = await createEncoder<AuditRecord>(source, {
    subject: subjectOf(TOPICS.audit),
    schema: auditRecordSchema,
  });
  const records = accountIds.flatMap((account_id) => {
    const done = anAuditRecord({ account_id, asked_at: Date.now() });
    return [{ ...done, state: 'ASKED' as const, revision: null }, done];
  });
  await producer.send(
    records.map((record) => ({ topic: TOPICS.audit, key: record.account_id, value: encoder.encode(record) })),
  );
  await eventually(async () => {
    const [done] = await ask<{ changes: number }>(
      `SELECT count() AS changes FROM audit FINAL WHERE state = 'done' AND account_id IN (${accountIds.map((id) => `'${id}'`)})`,
    );
    if (done!.changes < accountIds.length) throw new Error(`${done!.changes} changes are on record`);
  });
}

interface PlacedEvent {
  account_id: string;
  event_id: string;
  publication_id: string;
  partition: number;
  offset: number;
}

function routeOf({ partition, offset, ...event }: PlacedEvent, index: number): RouteRecord {
  const endpoints = index % 3 === 0 ? [] : ['endpoint-1', 'endpoint-2'];
  return aRoute(offset, {
    ...event,
    origin_partition: partition,
    deliveries: endpoints.map((endpoint_id) => ({ endpoint_id, delivery_id: randomUUID() })),
  });
}

function attemptsOf(route: RouteRecord): DeliveryAttempt[] {
  const { account_id, event_id, publication_id, origin_partition, origin_offset } = route;
  const owner = { account_id, event_id, publication_id, origin_partition, origin_offset };
  return route.deliveries.flatMap((delivery) => [
    anAttempt({ ...owner, ...delivery, step: 0, verdict: 'RETRY', retry_tier: '5s', next_attempt_at: 1_000 }),
    anAttempt({
      ...owner,
      ...delivery,
      step: 1,
      verdict: delivery.endpoint_id === 'endpoint-1' ? 'DELIVERED' : 'DEAD',
    }),
  ]);
}

const TABLES = [
  'events',
  'routes',
  'attempts',
  'delivery_moments',
  'delivery_days',
  'delivery_troubles',
  'delivery_deaths',
  'answers',
  'ledger_entries',
  'audit',
] as const;

/** What a database has of an account, each row once, however often it was inserted: rows and a digest of all columns, by table. */
export async function contentsOf(world: World, database: string, accountId: string) {
  const contents: Record<string, { rows: number; digest: string }> = {};
  for (const table of TABLES) {
    const [found] = await world.ask<{ rows: number; digest: string }>(
      `SELECT count() AS rows, toString(groupBitXor(cityHash64(toString(tuple(*))))) AS digest
      FROM ${database}.${table} FINAL WHERE account_id = '${accountId}'`,
    );
    contents[table] = found!;
  }
  return contents;
}

/** A rebuild into a database of its own; stopped by `stopAfter` records. */
export async function rebuildInto(
  world: World,
  database: string,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<Rebuilt> {
  const clickhouse = { url: world.stack.clickhouseUrl, database };
  await migrate({ ...clickhouse, retentionDays: 3_650 });
  const connection = { brokers: world.stack.brokers, clientId: 'rebuild-test' };
  const source = connectSchemaRegistry({ url: world.stack.registryUrl });
  const erasures = await erasureTable(connection, source);
  const reader = createPartitionReader(connection);
  const inserter = openInserter(clickhouse);
  const positions = await openRebuildPositions(clickhouse);
  const decoderOf = <T>(topic: string, schema: object) =>
    createDecoder<T>({ source, subjectSchema: { subject: subjectOf(topic), schema } });
  const stop = new AbortController();
  const rebuilt = await rebuildHistory({
    topics: LOGGED_TOPICS,
    source: reader,
    rows: createRowMaker({
      events: decoderOf<PublicationEvent>(TOPICS.events, publicationEventSchema),
      routes: decoderOf<RouteRecord>(TOPICS.routes, routeRecordSchema),
      attempts: decoderOf<DeliveryAttempt>(TOPICS.attempts, deliveryAttemptSchema),
      audit: decoderOf<AuditRecord>(TOPICS.audit, auditRecordSchema),
      isErased: (recorded) => erasures.isErased(recorded),
      onFault: () => {},
    }),
    inserter,
    positions,
    signal: stop.signal,
    onProgress: ({ done }) => done >= stopAfter && stop.abort(),
  });
  await Promise.all([erasures.stop(), reader.close(), inserter.close(), positions.close()]);
  return rebuilt;
}

/** As a person asks for it. */
export async function eraseAccount(world: World, accountId: string): Promise<void> {
  const connection = { brokers: world.stack.brokers, clientId: 'erase-test' };
  const source = connectSchemaRegistry({ url: world.stack.registryUrl });
  const table = await erasureTable(connection, source);
  const reader = createPartitionReader(connection);
  const eraser = openEraser({ url: world.stack.clickhouseUrl, database: world.stack.clickhouseDatabase });
  const recorder = await createErasureRecorder({
    ...{ connection, source, table, reader },
    timeoutMs: 30_000,
    now: Date.now,
  });
  const recorded = await recorder.record({ accountId, publicationId: undefined, erasedBy: 'test' });
  if (recorded.kind !== 'recorded') throw new Error(recorded.detail);
  await eraser.erase(recorded.erasure);
  await Promise.all([recorder.close(), table.stop(), reader.close(), eraser.close()]);
}

function erasureTable(connection: KafkaConnection, source: SchemaSource): Promise<ErasureTable> {
  const onFatal = (error: Error): never => {
    throw error;
  };
  return openErasureTable({ connection, source, log: { warn: () => {} }, onFatal });
}
