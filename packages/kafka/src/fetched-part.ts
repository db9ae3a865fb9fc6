import { withoutAborted } from './aborted-records.ts';
import type { FetchedPartition } from './fetch-response.ts';
import { FetchedRecord } from './fetched-record.ts';
import type { TopicPartition } from './record.ts';

/** What a fetch brought of one partition. */
export interface FetchedPart extends TopicPartition {
  /** The offset that was asked for. */
  from: number;
  /** From there on, in their order. They lie in the answer: copy what is kept, or all of it stays in memory. */
  records: readonly FetchedRecord[];
  /** Where to go on: behind the records, and behind markers, holes and what was aborted. */
  nextOffset: number;
  /** The end of the partition, as of when it answered. */
  endOffset: number;
}

/** As a consumer sees it: a record batch comes whole, with what was before `from` and what no consumer is given. */
export function fetchedPart(topic: string, from: number, answer: FetchedPartition): FetchedPart {
  const { partition, messages, abortedTransactions, highWatermark } = answer;
  const last = messages.at(-1);
  return {
    topic,
    partition,
    from,
    records: withoutAborted(messages, abortedTransactions).filter(
      (message): message is FetchedRecord =>
        message instanceof FetchedRecord && !message.isControlRecord && message.offsetNumber >= from,
    ),
    nextOffset: last ? Math.max(from, last.offsetNumber + 1) : from,
    endOffset: highWatermark,
  };
}
