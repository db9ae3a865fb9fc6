import { openEraser } from '@herald/clickhouse/erasing/eraser';
import { openInserter } from '@herald/clickhouse/inserter';
import {
  createRowMaker,
  type Fault,
  LOGGED_TOPICS,
  type SourceRecord,
} from '@herald/clickhouse/rows/row-maker';
import { createDecoder } from '@herald/contracts/codec';
import { type AuditRecord, auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { GROUPS } from '@herald/contracts/groups';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createLane } from '@herald/kafka/lane';
import { openErasureTable } from '@herald/registry/erasures';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import { giveWay } from '@herald/service-kit/give-way';
import { runService } from '@herald/service-kit/service';
import { loggerConfig } from './config.ts';
import { sweepErasures } from './erasing/sweep.ts';
import { keepLedger } from './ledger/keep-ledger.ts';
import { createLogHandler } from './log-handler.ts';
import { createLoggerMetrics, watch } from './metrics.ts';
import { migratePatiently } from './migrate-patiently.ts';
import { createWriters } from './writers.ts';

/** A partition's window holds two inserts of full size, so that one is collected while the other is under way. */
const WINDOW_RECORDS = 30_000;
const WINDOW_BYTES = 24 * 1024 * 1024;

/** Rows wait for company before an insert anyhow. */
const MIN_FETCH_BYTES = 256 * 1024;

/** Records in memory over all partitions, while ClickHouse is away; their rows take about as much again. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** After a crash its partitions wait so long for another logger: the history is late by it, deliveries are not. */
const SESSION_TIMEOUT_MS = 12_000;

/** Shorter than the session: a drain that ClickHouse holds up must not cost the membership. */
const DRAIN_DEADLINE_MS = 5_000;

/** Where all share the cores, a delivery goes before its history; not by more, or history is late where they are full. */
const NICE = 3;

/** Brings events, route records, attempts, poison and the audit from Kafka into ClickHouse. */
await runService({
  name: 'logger',
  config: loggerConfig,
  async start({ config, log, metrics, fatal, readiness, liveness }) {
    giveWay(NICE);
    const clickhouse = {
      url: config.HERALD_CLICKHOUSE_URL,
      database: config.HERALD_CLICKHOUSE_DATABASE,
      username: config.HERALD_CLICKHOUSE_USER,
      password: config.HERALD_CLICKHOUSE_PASSWORD,
    };
    const stopping = new AbortController();
    const migrated = await migratePatiently(
      {
        ...clickhouse,
        retentionDays: config.HERALD_HISTORY_RETENTION_DAYS,
        auditRetentionDays: config.HERALD_AUDIT_RETENTION_DAYS,
      },
      stopping.signal,
      (err) => log.warn({ err }, 'ClickHouse cannot be migrated yet, it is tried again'),
    );
    log.info(migrated, 'the tables are in shape');

    const loggerMetrics = createLoggerMetrics(metrics);
    const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
    const decoderOf = <T>(topic: string, schema: object) =>
      createDecoder<T>({
        source,
        subjectSchema: { subject: subjectOf(topic), schema },
        signal: stopping.signal,
        onStall: (err) =>
          log.warn({ err, topic }, 'the schema registry gives no answer, records of a new schema wait'),
      });

    function onFault(record: SourceRecord, { reason, detail }: Fault): void {
      const { topic, partition, offset } = record;
      loggerMetrics.faults.inc({ topic, reason });
      log.error(
        { topic, partition, offset, reason, detail },
        'a record is kept in poison instead of its table',
      );
    }
    const erasures = await openErasureTable({
      connection: kafkaConnection(config, 'herald-logger', log),
      source,
      log,
      onFatal: fatal,
    });
    const { rowOf, poisonRow } = createRowMaker({
      events: decoderOf<PublicationEvent>(TOPICS.events, publicationEventSchema),
      routes: decoderOf<RouteRecord>(TOPICS.routes, routeRecordSchema),
      attempts: decoderOf<DeliveryAttempt>(TOPICS.attempts, deliveryAttemptSchema),
      audit: decoderOf<AuditRecord>(TOPICS.audit, auditRecordSchema),
      isErased: (recorded) => erasures.isErased(recorded),
      onFault,
    });

    const inserter = openInserter(clickhouse);
    const writers = createWriters({
      inserter,
      poisonRow,
      flushMs: config.HERALD_LOGGER_FLUSH_MS,
      log,
      metrics: loggerMetrics,
      onSettled(record) {
        lane.complete(record);
        handler.settled(record);
      },
      onFault,
      onFatal: fatal,
    });
    const handler = createLogHandler({
      rowOf,
      writers,
      lane: { pause: () => lane.pause(), resume: () => lane.resume() },
      maxHeldBytes: MAX_HELD_BYTES,
      onFatal(error) {
        if (!stopping.signal.aborted) fatal(error);
      },
    });
    const lane = createLane({
      connection: kafkaConnection(config, 'herald-logger', log),
      groupId: GROUPS.log,
      topics: LOGGED_TOPICS,
      handler,
      windowRecords: WINDOW_RECORDS,
      windowBytes: WINDOW_BYTES,
      minBytes: MIN_FETCH_BYTES,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      drainDeadlineMs: DRAIN_DEADLINE_MS,
      onFatal: fatal,
      onGap(gap) {
        loggerMetrics.gaps.inc();
        log.error({ gap }, 'records are gone that were never read');
      },
    });
    await lane.start();

    const isMoving = () => lane.healthy() || 'the lane has made no progress for too long';
    readiness.add('log lane', isMoving);
    liveness.add('log lane', isMoving);
    for (const [table, writer] of Object.entries(writers)) {
      readiness.add(`inserts into ${table}`, () => {
        const { failure } = writer;
        return (
          failure === undefined || `none since ${new Date(failure.sinceMs).toISOString()}: ${failure.error}`
        );
      });
    }

    readiness.add('erasures', () => erasures.isFollowing() || 'the table of erasures is behind its topic');
    const eraser = openEraser(clickhouse);
    const sweep = sweepErasures({
      erasures,
      eraser,
      async flush() {
        const flushed = await Promise.all(Object.values(writers).map((writer) => writer.flush()));
        return flushed.every(Boolean);
      },
      onSwept: (erasure, rows) => log.info({ erasure, rows }, 'history was erased on request'),
      onFailed: (err) => log.warn({ err }, 'history that is to be erased is there still, it is tried again'),
      now: Date.now,
      random: Math.random,
    });
    watch(metrics, { lane, handler, writers, sweep });

    const ledger = keepLedger({
      clickhouse,
      connection: kafkaConnection(config, 'herald-ledger', log),
      groupId: GROUPS.log,
      isKeeper: () => lane.assigned().some(({ topic }) => topic === TOPICS.eventsPoison),
      everyMs: config.HERALD_LEDGER_INTERVAL_MS,
      overdueAfterMs: config.HERALD_LEDGER_OVERDUE_MS,
      retentionMs: config.HERALD_HISTORY_RETENTION_DAYS * 86_400_000,
      settledUntilMs: config.HERALD_LEDGER_SETTLED_UNTIL ?? 0,
      log,
      metrics,
    });

    return {
      async stop(deadline) {
        await deadline.step('stop the log lane', () => lane.stop());
        await deadline.step('stop the ledger', () => ledger.stop());
        await deadline.step('stop erasing', () => sweep.stop());
        await deadline.step('close the table of erasures', () => erasures.stop());
        stopping.abort();
        for (const writer of Object.values(writers)) writer.close();
        await Promise.all([inserter.close(), eraser.close()]);
      },
    };
  },
});
