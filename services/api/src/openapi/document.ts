import { ingestOperation } from '@herald/publisher/ingest-operation';
import { z } from 'zod';
import { RESPONSE_HEADERS } from '../http/headers.ts';
import type { AnyDescription } from '../http/operation.ts';
import { TAGS } from '../http/tags.ts';
import { ingestObject, withRemedies } from './ingest-path.ts';
import { operationObject } from './operation-object.ts';
import { createProblemResponses, mistakeSchema, problemSchema } from './problem-responses.ts';
import { createSchemaWriter, type JsonObject, type SchemaWriter } from './schema-writer.ts';

const DESCRIPTION = `Publication events in, signed webhooks out, every attempt on record, anything replayable.

- An error is answered as RFC 9457 \`application/problem+json\`: \`type\` tells errors apart, \`detail\` says what to do, and \`errors\` names each field that is wrong. A status 500 is a fault of Herald; its \`incident\` is in the log.
- Lists are pages: \`next_cursor\` of one is \`cursor\` of the next, with the same filters; it is null on the last.
- Times are ISO 8601 with a zone.
- Answers may grow: leave out of account the fields that you do not know. In requests, a field that is not known is refused.
- A key has a role, \`read\`, \`write\` or \`admin\`; each may do what the ones before it may. The role that an operation needs is in its security requirement.`;

/** All operations as one OpenAPI 3.1 document. */
export function openApiDocument(
  operations: readonly AnyDescription[],
  { ingestUrl }: { ingestUrl: string },
): JsonObject {
  const writers = { schemas: createSchemaWriter(), problems: createProblemResponses() };
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: operationObject(operation, writers),
    };
  }
  paths[ingestOperation.path] = {
    ...paths[ingestOperation.path],
    [ingestOperation.method]: ingestObject(ingestUrl, writers),
  };
  const { NewEvent, ...schemas } = writers.schemas.components();
  return {
    openapi: '3.1.1',
    info: {
      title: 'Herald',
      version: '1',
      summary: 'Webhooks for publication events.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This API' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: {
        NewEvent: withRemedies(NewEvent as JsonObject),
        ...schemas,
        Problem: problemSchema,
        Mistake: mistakeSchema,
      },
      responses: writers.problems.components(),
      headers: headerComponents(writers.schemas),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const SECURITY_SCHEMES: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer hk_…`' },
  apikey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'An API key as clients of the Upload-Post API send it: `Authorization: Apikey hk_…`',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-herald-session',
    description:
      'The session of a browser, from `POST /v1/sessions`. Its changes have to come from the own origin.',
  },
};

/** On answers of whatever operation. */
const COMMON_HEADERS = {
  'x-request-id': z.string().meta({
    description: "the request's id in Herald's log: the caller's own X-Request-Id where it sent one",
  }),
  'www-authenticate': z.string().meta({ description: 'how to authenticate', examples: ['Bearer'] }),
  'retry-after': z
    .int()
    .min(0)
    .meta({ description: 'seconds after which to try again', examples: [5] }),
  'ratelimit-policy': z.string().meta({
    description: 'how many requests (q) may be made in how many seconds (w)',
    examples: ['"requests";q=500;w=5'],
  }),
  ratelimit: z.string().meta({
    description: 'how many requests are left (r), and in how many seconds all are (t)',
    examples: ['"requests";r=499;t=1'],
  }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

function headerComponents(schemas: SchemaWriter): JsonObject {
  const headers = Object.entries({ ...COMMON_HEADERS, ...RESPONSE_HEADERS });
  return Object.fromEntries(
    headers.map(([name, written]) => {
      const { description, ...schema } = schemas.output(written);
      return [name, { description, required: true, schema }];
    }),
  );
}
