import type { ClickHouseOptions } from '@herald/clickhouse/client';
import { openEraser } from '@herald/clickhouse/erasing/eraser';
import { openInserter } from '@herald/clickhouse/inserter';
import { migrate } from '@herald/clickhouse/migrate';
import { openRebuildPositions, type RebuildPositions } from '@herald/clickhouse/rebuild/positions';
import { type Rebuilt, rebuildHistory } from '@herald/clickhouse/rebuild/rebuild';
import { createRowMaker, LOGGED_TOPICS } from '@herald/clickhouse/rows/row-maker';
import { createDecoder } from '@herald/contracts/codec';
import { type AuditRecord, auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import { createPartitionReader, type PartitionReader } from '@herald/kafka/partition-reader';
import { openErasureTable } from '@herald/registry/erasures';
import { CommandFailure } from '../failure.ts';
import type { ProgressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';
import { eraseAgain } from './erase-again.ts';

export interface RebuildCommand {
  connection: KafkaConnection;
  registryUrl: string;
  clickhouse: ClickHouseOptions;
  /** Of tables that are made by it; those that are there keep theirs. */
  retentionDays: number;
  /** Empties the tables first: what Kafka does not keep any more is lost. */
  reset: boolean;
  /** Whether a reset may lose history for good. */
  mayLose: boolean;
  /** Reads everything again, whatever an earlier rebuild has read. */
  fromStart: boolean;
  terminal: Pick<Terminal, 'note'>;
  bar: ProgressBar;
  signal: AbortSignal;
}

export interface RebuildReport extends Rebuilt {
  /** Everything is read, and what is on record as erased is erased again. */
  isComplete: boolean;
  /** Records that are kept in poison, as the logger keeps them. */
  faults: number;
}

/** @throws CommandFailure where a reset would lose what must not be lost */
export async function runRebuild(command: RebuildCommand): Promise<RebuildReport> {
  const { connection, clickhouse, terminal, bar } = command;
  const broken = new AbortController();
  const signal = AbortSignal.any([command.signal, broken.signal]);
  await migrate({ ...clickhouse, retentionDays: command.retentionDays, keepsRetention: true });
  const source = connectSchemaRegistry({ url: command.registryUrl });
  const erasures = await openErasureTable({
    connection,
    source,
    log: { warn: (_, message) => terminal.note(message) },
    // What is erased from here on would not be heard of.
    onFatal: (error) => broken.abort(error),
  });
  const reader = createPartitionReader(connection);
  const inserter = openInserter(clickhouse);
  const positions = await openRebuildPositions(clickhouse);
  const eraser = openEraser(clickhouse);
  const decoderOf = <T>(topic: string, schema: object) =>
    createDecoder<T>({ source, subjectSchema: { subject: subjectOf(topic), schema }, signal });
  let faults = 0;
  try {
    await prepare(command, reader, positions);
    const rebuilt = await rebuildHistory({
      topics: LOGGED_TOPICS,
      source: reader,
      rows: createRowMaker({
        events: decoderOf<PublicationEvent>(TOPICS.events, publicationEventSchema),
        routes: decoderOf<RouteRecord>(TOPICS.routes, routeRecordSchema),
        attempts: decoderOf<DeliveryAttempt>(TOPICS.attempts, deliveryAttemptSchema),
        audit: decoderOf<AuditRecord>(TOPICS.audit, auditRecordSchema),
        isErased: (recorded) => erasures.isErased(recorded),
        onFault() {
          faults += 1;
        },
      }),
      inserter,
      positions,
      signal,
      onProgress: ({ done, total }) => bar.show(done, total, 'records read again'),
    });
    const isErased = await eraseAgain({ erasures, eraser, bar, signal });
    if (broken.signal.aborted) throw broken.signal.reason;
    return { ...rebuilt, isComplete: rebuilt.isComplete && isErased, faults };
  } finally {
    bar.stop();
    await Promise.all([reader.close(), inserter.close(), positions.close(), eraser.close(), erasures.stop()]);
  }
}

async function prepare(
  { reset, mayLose, fromStart, signal }: RebuildCommand,
  reader: PartitionReader,
  positions: RebuildPositions,
): Promise<void> {
  if (fromStart) await positions.forget();
  if (!reset) return;
  const bounds = await reader.bounds(TOPICS.events, signal);
  const lowOffsets = Array.from({ length: bounds.size }, (_, partition) => bounds.get(partition)!.lowOffset);
  const lost = await positions.eventsBefore(lowOffsets);
  if (lost > 0 && !mayLose) {
    throw new CommandFailure(
      `${lost} events on record are older than what Kafka keeps: a reset loses them, with their deliveries, for good. ` +
        'Rebuild without --reset or --into another database; or say --lose-what-kafka-has-not.',
    );
  }
  await positions.resetHistory();
}
