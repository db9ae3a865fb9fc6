import { createDecoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { ErasureTable } from '@herald/registry/erasures';
import type { Logger } from '@herald/service-kit/log';
import { type AttemptSource, createAttemptSource } from './attempt-source.ts';

export interface OpenAttemptSourceOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  erasures: Pick<ErasureTable, 'isErased'>;
  log: Logger;
}

/** The attempts of this process' listeners. It connects to Kafka when the first one comes. */
export function openAttemptSource({
  connection,
  source,
  erasures,
  log,
}: OpenAttemptSourceOptions): AttemptSource {
  const closing = new AbortController();
  const attempts = createAttemptSource({
    connection,
    decoder: createDecoder<DeliveryAttempt>({
      source,
      subjectSchema: { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
      signal: closing.signal,
      onStall: (err) =>
        log.warn({ err }, 'the schema registry gives no answer, who listens to attempts waits'),
    }),
    isErased: (recorded) => erasures.isErased(recorded),
    onUndecodable: (at) => log.debug(at, 'who listens to attempts does not get one that cannot be decoded'),
    onBroken: (err) => log.error({ err }, 'who listens to attempts has to begin anew'),
  });
  return {
    listen: (listener, signal) => attempts.listen(listener, signal),
    async close() {
      closing.abort();
      await attempts.close();
    },
  };
}
