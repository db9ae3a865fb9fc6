import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/replay-progress';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { CompactedTable } from '@herald/kafka/compacted-table';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { ReplayProgress } from '@herald/replay/progress';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { createEditor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';
import { parseReplayProgress, replayProgressRecordOf } from './replay-progress-record.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.replay-progress`, by replay. */
export type ReplayProgressTable = CompactedTable<ReplayProgress>;

/** Resolves when the table has read to the end of the topic. */
export function openReplayProgressTable(options: TableOptions): Promise<ReplayProgressTable> {
  return openConfigurationTable<avro.ReplayProgress, ReplayProgress>(options, {
    topic: TOPICS.replayProgress,
    subjectSchema: SUBJECTS.replayProgress,
    parse: parseReplayProgress,
  });
}

export type ProgressWritten =
  | { kind: 'written' }
  /** Another replayer has taken the replay over. Nothing was written, and nothing may be sent any more. */
  | { kind: 'lost'; owner: string }
  /** Kafka gave no answer in time: it may be on record or not. */
  | { kind: 'unavailable'; detail: string };

/** Writes for one term of ownership. A later term that has taken a replay over ends the writing of this one. */
export interface ReplayProgressWriter {
  /** Makes the replay this writer's, whoever had it. */
  takeOver(progress: ReplayProgress): Promise<ProgressWritten>;
  /** Written only while the last record of the replay has the same owner. */
  put(progress: ReplayProgress): Promise<ProgressWritten>;
  /** The job is gone: so is its progress. */
  forget(replayId: string): Promise<ProgressWritten>;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

export interface ReplayProgressWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: ReplayProgressTable;
  /** For one write, milliseconds; default 10,000. */
  timeoutMs?: number;
}

export async function createReplayProgressWriter(
  options: ReplayProgressWriterOptions,
): Promise<ReplayProgressWriter> {
  const { connection, source, table, timeoutMs = 10_000 } = options;
  const encoder = await createEncoder<avro.ReplayProgress>(source, SUBJECTS.replayProgress);
  const editor = createEditor<ReplayProgress>({
    log: createFencedLog({ connection, topic: TOPICS.replayProgress, timeoutMs: timeoutMs / 2 }),
    table,
    encode: (progress) => encoder.encode(replayProgressRecordOf(progress)),
    timeoutMs,
  });

  return {
    takeOver: (progress) => write(progress.replayId, progress, () => true),
    put: (progress) => write(progress.replayId, progress, (owner) => owner === progress.owner),
    forget: (replayId) => write(replayId, undefined, () => true),
    close: () => editor.close(),
  };

  async function write(
    replayId: string,
    progress: ReplayProgress | undefined,
    mayWrite: (owner: string) => boolean,
  ): Promise<ProgressWritten> {
    const edited = await editor.edit<ProgressWritten>(replayId, (current) => {
      const owner = current?.value.owner;
      return owner === undefined || mayWrite(owner)
        ? { write: progress }
        : { refuse: { kind: 'lost', owner } };
    });
    if (edited.kind === 'refused') return edited.refusal;
    return edited.kind === 'written' ? { kind: 'written' } : edited;
  }
}
