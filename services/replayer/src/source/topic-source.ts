import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { FetchedRecord } from '@herald/kafka/fetched-record';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { TopicSource } from '@herald/replay/job';
import { nextRange } from '@herald/replay/place';
import { freeze } from '@herald/replay/ranges';
import { readCandidate } from './read-candidate.ts';
import type { Source, SourceEntry } from './source.ts';

/** Of one look into a partition. */
const MAX_PAGE_BYTES = 512 * 1024;

export interface TopicSourceOptions {
  reader: PartitionReader;
  decoder: Decoder<PublicationEvent>;
}

/** Records of a topic, partition after partition, each in the order of its offsets. */
export function topicSource(source: TopicSource, { reader, decoder }: TopicSourceOptions): Source {
  const { topic } = source;

  return {
    async freeze(progress, signal) {
      // First: a time at which nothing is yet means the end, and what comes while Kafka is asked is behind that.
      const bounds = await reader.bounds(topic, signal);
      const offsetsAt = (timeMs: number | undefined) =>
        timeMs === undefined ? undefined : reader.offsetsAt(topic, timeMs, signal);
      const [from, to] = [await offsetsAt(source.fromMs), await offsetsAt(source.toMs)];
      const frozen = freeze(source, { bounds, from, to });
      if (!frozen.ok) return frozen;
      progress.ranges = frozen.ranges;
      progress.expired = frozen.expired;
      return { ok: true };
    },

    async read(progress, phase, signal) {
      const next = nextRange(progress, phase);
      if (!next) return { kind: 'end' };
      const { partition, to } = next.range;
      const { from } = next;
      // What was aborted was never routed either.
      const range = { topic, partition, from, to, maxBytes: MAX_PAGE_BYTES, committedOnly: true };
      const read = await reader.read(range, signal);
      if (read.kind === 'expired') {
        return { kind: 'expired', range: { partition, from, to: Math.min(read.lowOffset, to) } };
      }
      const entries: SourceEntry[] = [];
      for (const record of read.records) entries.push(await entryOf(record, partition));
      return {
        kind: 'entries',
        entries,
        end: read.nextOffset > from ? { kind: 'offset', partition, nextOffset: read.nextOffset } : undefined,
      };
    },
  };

  async function entryOf(record: FetchedRecord, partition: number): Promise<SourceEntry> {
    const { offsetNumber: offset, value, headers } = record;
    return {
      candidate: await readCandidate({ value, headers }, { topic, partition, offset }, decoder),
      value,
      place: { kind: 'offset', partition, nextOffset: offset + 1 },
    };
  }
}
