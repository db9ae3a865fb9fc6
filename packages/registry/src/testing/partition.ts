import { type AuditLog, UNAUDITED } from '../audit/log.ts';
import { createEditor, type Editor } from '../editor.ts';
import { FencedError, type FencedLog, type LogRecord } from '../fenced-log.ts';
import type { Entry } from '../round.ts';

/** What Kafka does with the records of several writers, with its fence; `fault` decides what goes wrong. */
export interface Partition {
  records: LogRecord[];
  epoch: number;
  seenEpoch: number;
}

export type Fault = 'none' | 'lost before' | 'lost answer';

function logOn(partition: Partition, fault: () => Fault): FencedLog {
  let epoch = 0;
  return {
    async hold() {
      await new Promise(setImmediate);
      if (epoch === 0) epoch = ++partition.epoch;
      const held = epoch;
      return { append: (records) => append(held, records) };
    },
    async close() {},
  };

  async function append(held: number, records: readonly LogRecord[]): Promise<number> {
    await new Promise(setImmediate);
    const now = fault();
    if (held < partition.seenEpoch) {
      epoch = 0;
      throw new FencedError('taken over');
    }
    if (now !== 'lost before') {
      partition.seenEpoch = held;
      partition.records.push(...records);
    }
    if (now === 'none') return partition.records.length - records.length;
    epoch = 0;
    throw new Error(`the connection broke: ${now}`);
  }
}

export function editorOn(
  partition: Partition,
  fault: () => Fault = () => 'none',
  timeoutMs = 20_000,
  audit: AuditLog = UNAUDITED,
): Editor<number> {
  return createEditor<number>({
    log: logOn(partition, fault),
    table: {
      get: (key) => entryOf(partition, key),
      waitForRevision: async (revision) => revision < partition.records.length,
    },
    encode: (value) => Buffer.from(String(value)),
    audit,
    timeoutMs,
    random: () => 0,
  });
}

export function entryOf({ records }: Partition, key: string): Entry<number> | undefined {
  const revision = records.findLastIndex((record) => record.key === key);
  const value = records[revision]?.value;
  return value ? { value: Number(value), revision } : undefined;
}

export const empty = (): Partition => ({ records: [], epoch: 0, seenEpoch: 0 });
