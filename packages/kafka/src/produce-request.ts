import type { EncodedBatch } from './encoded-batch.ts';
import type { Encoded, TopicData } from './kafkajs-internals.ts';

/**
 * The body of a produce request of version 7 without a transaction.
 *
 * Source: https://kafka.apache.org/protocol#The_Messages_Produce
 */
export function encodeProduceRequest(
  topicData: readonly TopicData[],
  acks: number,
  timeoutMs: number,
): Encoded {
  let size = 2 + 2 + 4 + 4;
  for (const { topic, partitions } of topicData) {
    size += 2 + topic.length + 4;
    for (const { messages } of partitions) size += 4 + 4 + batchOf(messages).value.length;
  }
  const body = Buffer.allocUnsafe(size);
  let at = body.writeInt16BE(-1, 0);
  at = body.writeInt16BE(acks, at);
  at = body.writeInt32BE(timeoutMs, at);
  at = body.writeInt32BE(topicData.length, at);
  for (const { topic, partitions } of topicData) {
    // Topic names are ASCII: the broker takes no others.
    at = body.writeInt16BE(topic.length, at);
    at += body.write(topic, at, 'latin1');
    at = body.writeInt32BE(partitions.length, at);
    for (const { partition, messages } of partitions) {
      const { value } = batchOf(messages);
      at = body.writeInt32BE(partition, at);
      at = body.writeInt32BE(value.length, at);
      at += value.copy(body, at);
    }
  }
  return { buf: body, buffer: body };
}

/** A partition of a produce request takes exactly one record batch. */
export function batchOf(messages: readonly unknown[]): EncodedBatch {
  if (messages.length !== 1)
    throw new Error(`${messages.length} record batches for one partition in one request`);
  return messages[0] as EncodedBatch;
}
