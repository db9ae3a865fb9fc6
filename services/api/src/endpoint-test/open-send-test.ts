import { randomUUIDv7 } from 'node:crypto';
import { createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createSendTest, type SendTest, type SendTestOptions } from './send-test.ts';

/** Rejects where the schema of events is not registered. */
export async function openSendTest(
  source: SchemaSource,
  options: Pick<SendTestOptions, 'attempts' | 'producer' | 'timeoutMs' | 'onFailure'>,
): Promise<SendTest> {
  const subjectSchema = { subject: subjectOf(TOPICS.events), schema: publicationEventSchema };
  const encoder = await createEncoder<PublicationEvent>(source, subjectSchema);
  const uptimeMs = () => performance.now();
  return createSendTest({ ...options, encoder, now: Date.now, uptimeMs, newId: randomUUIDv7 });
}
