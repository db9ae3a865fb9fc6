import type { FetchAsk } from './fetch-session.ts';
import type { Encoded } from './kafkajs-internals.ts';
import type { TopicPartition } from './record.ts';

export interface FetchLimits {
  maxWaitMs: number;
  minBytes: number;
  /** Of an answer; a record batch that is larger comes whole. */
  maxBytes: number;
  maxBytesPerPartition: number;
  /** As consumers read: nothing that was aborted, and nothing behind where a transaction is open. */
  committedOnly: boolean;
}

const CONSUMER = -1;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const UNKNOWN_EPOCH = -1;
const UNKNOWN_OFFSET = -1n;

/**
 * The body of a fetch request of version 11, without a rack.
 *
 * Source: https://kafka.apache.org/protocol#The_Messages_Fetch
 */
export function encodeFetchRequest(ask: FetchAsk, limits: FetchLimits): Encoded {
  const asked = runsOfTopic(ask.positions);
  const forgotten = runsOfTopic(ask.forgotten);
  const body = Buffer.allocUnsafe(25 + 4 + sizeOf(asked, 4 + 4 + 8 + 8 + 4) + 4 + sizeOf(forgotten, 4) + 2);
  let at = body.writeInt32BE(CONSUMER, 0);
  at = body.writeInt32BE(limits.maxWaitMs, at);
  at = body.writeInt32BE(limits.minBytes, at);
  at = body.writeInt32BE(limits.maxBytes, at);
  at = body.writeInt8(limits.committedOnly ? READ_COMMITTED : READ_UNCOMMITTED, at);
  at = body.writeInt32BE(ask.sessionId, at);
  at = body.writeInt32BE(ask.epoch, at);
  writeRuns(asked, ({ partition, position }) => {
    at = body.writeInt32BE(partition, at);
    at = body.writeInt32BE(UNKNOWN_EPOCH, at);
    at = body.writeBigInt64BE(BigInt(position), at);
    at = body.writeBigInt64BE(UNKNOWN_OFFSET, at);
    at = body.writeInt32BE(limits.maxBytesPerPartition, at);
  });
  writeRuns(forgotten, ({ partition }) => {
    at = body.writeInt32BE(partition, at);
  });
  body.writeInt16BE(0, at);
  return { buf: body, buffer: body };

  function writeRuns<T extends Readonly<TopicPartition>>(
    runs: readonly T[][],
    write: (one: T) => void,
  ): void {
    at = body.writeInt32BE(runs.length, at);
    for (const run of runs) {
      const { topic } = run[0]!;
      // Topic names are ASCII: the broker takes no others.
      at = body.writeInt16BE(topic.length, at);
      at += body.write(topic, at, 'latin1');
      at = body.writeInt32BE(run.length, at);
      for (const one of run) write(one);
    }
  }
}

/** Neighbours of one topic together. */
function runsOfTopic<T extends Readonly<TopicPartition>>(items: readonly T[]): T[][] {
  const runs: T[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last && last[0]!.topic === item.topic) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

function sizeOf(runs: readonly Readonly<TopicPartition>[][], bytesEach: number): number {
  return runs.reduce((sum, run) => sum + 2 + run[0]!.topic.length + 4 + run.length * bytesEach, 0);
}
