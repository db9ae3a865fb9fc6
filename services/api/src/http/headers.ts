import { z } from 'zod';

/** Header fields that mean something to an operation, by their names in lower case. */

export const REQUEST_HEADERS = {
  'if-match': z
    .string()
    .regex(/^\s*("\d{1,15}"|\*)\s*$/)
    .meta({
      description: 'the ETag of what is changed, as it was read, or * for whatever is current',
      examples: ['"42"'],
    }),
  'idempotency-key': z.string().meta({
    description: 'a text of the caller: the same one again asks for the same thing',
    examples: ['fix-1'],
  }),
  'last-event-id': z
    .string()
    .meta({ description: 'the id of the last event that was received: the stream goes on behind it' }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type RequestHeaderName = keyof typeof REQUEST_HEADERS;

export const RESPONSE_HEADERS = {
  etag: z.string().meta({ description: 'the revision, as If-Match takes it', examples: ['"42"'] }),
  location: z
    .string()
    .meta({ description: 'the path of what was made', examples: ['/v1/endpoints/ep_01890a5d'] }),
  'set-cookie': z.string().meta({ description: 'the session, which no script can read' }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type ResponseHeaderName = keyof typeof RESPONSE_HEADERS;
