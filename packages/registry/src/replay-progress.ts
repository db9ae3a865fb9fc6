import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/replay-progress';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { CompactedTable } from '@herald/kafka/compacted-table';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { ReplayProgress } from '@herald/replay/progress';
import { UNAUDITED } from './audit/log.ts';
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
  | { kind: 'lost'; owner: string | undefined }
  /** Kafka gave no answer in time: it may be on record or not. */
  | { kind: 'unavailable'; detail: string };

export type TakenOver =
  /** As it is on record now, with the new owner. */
  | { kind: 'taken'; progress: ReplayProgress }
  /** What is on record cannot be read: a newer version has had the replay. Nothing was written. */
  | { kind: 'unreadable' }
  | { kind: 'unavailable'; detail: string };

/** Any number of processes may have one. Who has taken a replay over ends the writing of who had it before. */
export interface ReplayProgressWriter {
  /** Makes the replay the owner's, whoever had it and however far it is; `initial` where nothing is on record. */
  takeOver(owner: string, initial: ReplayProgress): Promise<TakenOver>;
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
    audit: UNAUDITED,
    timeoutMs,
  });

  return {
    async takeOver(owner, initial) {
      let progress = initial;
      const edited = await editor.edit<TakenOver>(initial.replayId, (current) => {
        const decision = decideTakeOver(
          current?.value,
          table.unreadable.has(initial.replayId),
          initial,
          owner,
        );
        if ('write' in decision) progress = decision.write;
        return decision;
      });
      if (edited.kind === 'refused') return edited.refusal;
      // The table's own copy is not to be written to.
      return edited.kind === 'unavailable' ? edited : { kind: 'taken', progress: structuredClone(progress) };
    },

    async put(progress) {
      const edited = await editor.edit<ProgressWritten>(progress.replayId, (current) => {
        const owner = current?.value.owner;
        return owner === progress.owner ? { write: progress } : { refuse: { kind: 'lost', owner } };
      });
      if (edited.kind === 'refused') return edited.refusal;
      return edited.kind === 'written' ? { kind: 'written' } : edited;
    },

    async forget(replayId) {
      const edited = await editor.edit<never>(replayId, () => ({ write: undefined }));
      return edited.kind === 'unavailable' ? edited : { kind: 'written' };
    },

    close: () => editor.close(),
  };
}

/** What cannot be read is no free place: to begin there would send all of the replay again. */
export function decideTakeOver(
  current: ReplayProgress | undefined,
  isUnreadable: boolean,
  initial: ReplayProgress,
  owner: string,
): { write: ReplayProgress } | { refuse: { kind: 'unreadable' } } {
  if (!current && isUnreadable) return { refuse: { kind: 'unreadable' } };
  return { write: { ...(current ?? initial), owner } };
}
