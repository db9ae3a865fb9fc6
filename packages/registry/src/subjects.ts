import { apiKeySchema } from '@herald/contracts/generated/api-key';
import { auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { endpointConfigSchema } from '@herald/contracts/generated/endpoint-config';
import { endpointStatusSchema } from '@herald/contracts/generated/endpoint-status';
import { erasureSchema } from '@herald/contracts/generated/erasure';
import { portalLinkSchema } from '@herald/contracts/generated/portal-link';
import { replayJobSchema } from '@herald/contracts/generated/replay-job';
import { replayProgressSchema } from '@herald/contracts/generated/replay-progress';
import { retryOrderSchema } from '@herald/contracts/generated/retry-order';
import { type SubjectSchema, subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';

/** The schemas of the configuration topics and of their audit, with the subjects that they are registered under. */
export const SUBJECTS = {
  endpoints: { subject: subjectOf(TOPICS.endpoints), schema: endpointConfigSchema },
  endpointStatus: { subject: subjectOf(TOPICS.endpointStatus), schema: endpointStatusSchema },
  apiKeys: { subject: subjectOf(TOPICS.apiKeys), schema: apiKeySchema },
  replays: { subject: subjectOf(TOPICS.replays), schema: replayJobSchema },
  replayProgress: { subject: subjectOf(TOPICS.replayProgress), schema: replayProgressSchema },
  erasures: { subject: subjectOf(TOPICS.erasures), schema: erasureSchema },
  portalLinks: { subject: subjectOf(TOPICS.portalLinks), schema: portalLinkSchema },
  retryOrders: { subject: subjectOf(TOPICS.retryOrders), schema: retryOrderSchema },
  audit: { subject: subjectOf(TOPICS.audit), schema: auditRecordSchema },
} satisfies Record<string, SubjectSchema>;
