import { apiKeySchema } from '@herald/contracts/generated/api-key';
import { endpointConfigSchema } from '@herald/contracts/generated/endpoint-config';
import { endpointStatusSchema } from '@herald/contracts/generated/endpoint-status';
import { erasureSchema } from '@herald/contracts/generated/erasure';
import { replayJobSchema } from '@herald/contracts/generated/replay-job';
import { replayProgressSchema } from '@herald/contracts/generated/replay-progress';
import { retryOrderSchema } from '@herald/contracts/generated/retry-order';
import { type SubjectSchema, subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';

/** The schemas of the configuration topics, with the subjects that they are registered under. */
export const SUBJECTS = {
  endpoints: { subject: subjectOf(TOPICS.endpoints), schema: endpointConfigSchema },
  endpointStatus: { subject: subjectOf(TOPICS.endpointStatus), schema: endpointStatusSchema },
  apiKeys: { subject: subjectOf(TOPICS.apiKeys), schema: apiKeySchema },
  replays: { subject: subjectOf(TOPICS.replays), schema: replayJobSchema },
  replayProgress: { subject: subjectOf(TOPICS.replayProgress), schema: replayProgressSchema },
  erasures: { subject: subjectOf(TOPICS.erasures), schema: erasureSchema },
  retryOrders: { subject: subjectOf(TOPICS.retryOrders), schema: retryOrderSchema },
} satisfies Record<string, SubjectSchema>;
