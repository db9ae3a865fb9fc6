import { createDecoder, type Decoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { RETRY_TIERS } from '@herald/domain/retry-tiers';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { z } from 'zod';
import { quietly } from '../quiet-kafka.ts';
import { kafkaVariables, registryVariables } from '../settings.ts';
import { openRetryTopics, type RetryTopics } from './waiting-records.ts';

export const RETRY_VARIABLES = { ...kafkaVariables, ...registryVariables };

/** Shortest wait first. */
export const TIERS = RETRY_TIERS.map(({ name }) => name);

const REGISTRY_TIMEOUT_MS = 10_000;

/** Opens the retry topics for `work` and closes them after. */
export async function withRetryTopics<T>(
  config: z.output<z.ZodObject<typeof kafkaVariables>>,
  work: (topics: RetryTopics) => Promise<T>,
): Promise<T> {
  const connection = quietly(kafkaConnection(config, 'herald-cli'));
  const topics = openRetryTopics(connection);
  try {
    return await work(topics);
  } finally {
    await topics.close();
  }
}

/** For what is decoded now: it rejects where the registry gives no answer in time. */
export function eventDecoder(source: SchemaSource): Decoder<PublicationEvent> {
  return createDecoder<PublicationEvent>({
    source,
    subjectSchema: { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
    signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS),
  });
}
