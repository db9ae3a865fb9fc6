import type { cloudEventMessages } from '@herald/webhook/messages/cloudevents-message';
import type { publicationMessages } from '@herald/webhook/messages/publication-message';
import type { uploadPostMessage } from '@herald/webhook/messages/upload-post-message';
import type { CloudEventMessage, PublicationMessage, UploadCompleted } from '@herald/webhooks';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

type Sent = z.output<(typeof publicationMessages)[keyof typeof publicationMessages]>;

test('the types of @herald/webhooks are those of the messages that Herald sends', () => {
  expectTypeOf<PublicationMessage>().toEqualTypeOf<Sent>();
  expectTypeOf<UploadCompleted>().toEqualTypeOf<z.output<typeof uploadPostMessage>>();
  expectTypeOf<CloudEventMessage['type']>().toEqualTypeOf<keyof typeof cloudEventMessages>();
  expectTypeOf<CloudEventMessage['data']>().toEqualTypeOf<Sent['data']>();
});
