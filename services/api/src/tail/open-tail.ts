import { createDecoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { Logger } from '@herald/service-kit/log';
import type { ApiMetrics } from '../api-metrics.ts';
import { createAttemptSource } from './attempt-source.ts';
import { createTail, TAIL_LIMITS, type Tail, type TailLimits } from './tail.ts';

export interface OpenTailOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  log: Logger;
  metrics: Pick<ApiMetrics, 'skipped'>;
  limits?: Partial<TailLimits>;
}

/** The live tail of this process. It connects to Kafka when its first client comes. */
export function openTail({ connection, source, log, metrics, limits }: OpenTailOptions): Tail {
  const closing = new AbortController();
  const tail = createTail({
    ...TAIL_LIMITS,
    ...limits,
    source: createAttemptSource({
      connection,
      decoder: createDecoder<DeliveryAttempt>({
        source,
        subjectSchema: { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
        signal: closing.signal,
        onStall: (err) => log.warn({ err }, 'the schema registry gives no answer, the live tail waits'),
      }),
      onUndecodable: (at) => log.debug(at, 'the live tail leaves out a record that cannot be decoded'),
      onBroken: (err) => log.error({ err }, 'the live tail has to begin anew'),
    }),
    onSkipped: (count) => metrics.skipped(count),
    onFailure: (err) => log.warn({ err }, 'a client of the live tail cannot be served'),
    now: Date.now,
  });
  return {
    ...tail,
    get streams() {
      return tail.streams;
    },
    async close() {
      closing.abort();
      await tail.close();
    },
  };
}
