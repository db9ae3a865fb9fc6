import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { BatchingProducer } from '../batching-producer.ts';
import type { KafkaConnection } from '../connection.ts';
import { applyTopics } from '../topics.ts';

const TOPIC = 'test.acknowledgements';
const EVERY_MS = 10;

/** How long Kafka takes to acknowledge a record, asked until the test is over. */
export interface Acknowledgements {
  /** The longest that was under way within the `withinMs` before `untilMs`, in milliseconds. */
  slowestMs(untilMs: number, withinMs: number): number;
}

export async function watchAcknowledgements(
  connection: KafkaConnection,
  producer: BatchingProducer,
): Promise<Acknowledgements> {
  await applyTopics(connection, [{ name: TOPIC, partitions: 1, keyed: false, config: {} }], {
    replicationFactor: 1,
  });
  const taken: { fromMs: number; toMs: number }[] = [];
  const stopping = new AbortController();
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      const one = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
      taken.push(one);
      await producer.send([{ topic: TOPIC, key: null, value: Buffer.from('.') }]);
      one.toMs = Date.now();
      await sleep(EVERY_MS);
    }
  })();
  onTestFinished(() => {
    stopping.abort();
    return asking;
  });
  return {
    slowestMs: (untilMs, withinMs) =>
      Math.max(
        0,
        ...taken
          .filter(({ fromMs, toMs }) => fromMs <= untilMs && toMs >= untilMs - withinMs)
          .map(({ fromMs, toMs }) => Math.min(toMs, untilMs) - fromMs),
      ),
  };
}
