import { apiKeySchema } from './generated/api-key.ts';
import { auditRecordSchema } from './generated/audit-record.ts';
import { deliveryAttemptSchema } from './generated/delivery-attempt.ts';
import { endpointConfigSchema } from './generated/endpoint-config.ts';
import { endpointStatusSchema } from './generated/endpoint-status.ts';
import { erasureSchema } from './generated/erasure.ts';
import { portalLinkSchema } from './generated/portal-link.ts';
import { publicationEventSchema } from './generated/publication-event.ts';
import { replayJobSchema } from './generated/replay-job.ts';
import { replayProgressSchema } from './generated/replay-progress.ts';
import { retryOrderSchema } from './generated/retry-order.ts';
import { routeRecordSchema } from './generated/route-record.ts';
import { TOPICS } from './topics.ts';

/** A record's schema and the subject that it is registered under: `<topic>-value`. */
export interface SubjectSchema {
  subject: string;
  schema: object;
}

export const SUBJECT_SCHEMAS: readonly SubjectSchema[] = [
  { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
  { subject: subjectOf(TOPICS.routes), schema: routeRecordSchema },
  { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
  { subject: subjectOf(TOPICS.endpoints), schema: endpointConfigSchema },
  { subject: subjectOf(TOPICS.endpointStatus), schema: endpointStatusSchema },
  { subject: subjectOf(TOPICS.apiKeys), schema: apiKeySchema },
  { subject: subjectOf(TOPICS.replays), schema: replayJobSchema },
  { subject: subjectOf(TOPICS.replayProgress), schema: replayProgressSchema },
  { subject: subjectOf(TOPICS.retryOrders), schema: retryOrderSchema },
  { subject: subjectOf(TOPICS.erasures), schema: erasureSchema },
  { subject: subjectOf(TOPICS.portalLinks), schema: portalLinkSchema },
  { subject: subjectOf(TOPICS.audit), schema: auditRecordSchema },
];

export function subjectOf(topic: string): string {
  return `${topic}-value`;
}
