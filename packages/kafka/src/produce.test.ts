import type { Producer } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { EncodedBatch } from './encoded-batch.ts';
import { produceOnce } from './produce.ts';

const batch = (partition: number) => new EncodedBatch('t', partition, Buffer.from('x'));
/** kafkajs' producer, as far as a round uses it. */
const producerThat = (sendBatch: Producer['sendBatch']) => ({ sendBatch }) as unknown as Producer;
const batchesIn = (sent: Parameters<Producer['sendBatch']>[0]) =>
  sent.topicMessages!.flatMap(({ messages }) => messages) as unknown as EncodedBatch[];

describe('a round', () => {
  test('believes a leader, not the send: what no reply covers is not written, though the send succeeded', async () => {
    const batches = [batch(0), batch(1)];
    const producer = producerThat(async (sent) => {
      batchesIn(sent)[0]!.reply = { written: true, baseOffset: 5 };
      return [
        { topicName: 't', partition: 0, errorCode: 0 },
        { topicName: 't', partition: 1, errorCode: 0 },
      ];
    });
    await produceOnce(producer, batches);
    expect(batches.map(({ reply }) => reply)).toEqual([
      { written: true, baseOffset: 5 },
      { written: false, error: 'not in the reply' },
    ]);
  });

  test('that fails at one broker keeps what another one acknowledges later, and sends that only once', async () => {
    const batches = [batch(0), batch(1)];
    const late = Promise.withResolvers<void>();
    const producer = producerThat((sent) => {
      const [first] = batchesIn(sent);
      first!.request = late.promise.then(() => {
        first!.reply = { written: true, baseOffset: 9 };
      });
      return Promise.reject(new Error('connection closed'));
    });
    const round = produceOnce(producer, batches);
    late.resolve();
    await round;
    expect(batches.map(({ reply }) => reply)).toEqual([
      { written: true, baseOffset: 9 },
      { written: false, error: 'connection closed' },
    ]);
  });

  test('does not take a reply to an earlier try for its own', async () => {
    const one = batch(0);
    one.reply = { written: true, baseOffset: 1 };
    await produceOnce(
      producerThat(async () => []),
      [one],
    );
    expect(one.reply).toEqual({ written: false, error: 'not in the reply' });
  });
});
