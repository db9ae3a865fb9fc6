import type { cloudEventMessages } from '@herald/webhook/messages/cloudevents-message';
import type { publicationMessages } from '@herald/webhook/messages/publication-message';
import type { uploadPostMessage } from '@herald/webhook/messages/upload-post-message';
import type { CloudEventMessage, PublicationMessage, UploadCompleted } from '@herald/webhooks';
import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

type SentAs<S extends Record<string, z.ZodType>> = z.output<S[keyof S]>;

/** Shown by `npm run types`: the type checker is what these are asked of. */
test('the types of @herald/webhooks are those of the messages that Herald sends', () => {
  expectTypeOf<PublicationMessage>().toEqualTypeOf<SentAs<typeof publicationMessages>>();
  expectTypeOf<CloudEventMessage>().toEqualTypeOf<SentAs<typeof cloudEventMessages>>();
  expectTypeOf<UploadCompleted>().toEqualTypeOf<z.output<typeof uploadPostMessage>>();
});
