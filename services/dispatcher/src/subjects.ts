import { deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { routeRecordSchema } from '@herald/contracts/generated/route-record';
import { type SubjectSchema, subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';

/** The schemas that the dispatcher reads and writes, with the subjects that they are registered under. */
export const SUBJECTS = {
  events: { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
  routes: { subject: subjectOf(TOPICS.routes), schema: routeRecordSchema },
  attempts: { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
} satisfies Record<string, SubjectSchema>;
