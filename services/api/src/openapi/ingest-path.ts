import { FIELD_REMEDIES } from '@herald/publisher/event-input';
import { ingestOperation } from '@herald/publisher/ingest-operation';
import type { z } from 'zod';
import { requestBody, type Writers } from './operation-object.ts';
import { headerReferences } from './problem-responses.ts';
import type { JsonObject } from './schema-writer.ts';

/** Ingest as one operation of the document, though another server takes it. */
export function ingestObject(ingestUrl: string, { schemas, problems }: Writers): JsonObject {
  const { operationId, summary, description, role, contents, requestHeaders, status, answers } =
    ingestOperation;
  return {
    operationId,
    tags: ['events'],
    summary: summary.replace(/\.$/, ''),
    description,
    servers: [{ url: ingestUrl, description: 'Ingest' }],
    security: [{ bearer: [role] }, { apikey: [role] }],
    parameters: Object.entries(requestHeaders).map(([name, schema]) => ({
      name,
      in: 'header',
      ...described(schemas.input(schema)),
    })),
    requestBody: withExamples(requestBody(contents, schemas)),
    responses: {
      [status]: {
        description: 'Accepted.',
        headers: { ...headerReferences(['x-request-id']), ...optionalHeaders(schemas.output) },
        content: { 'application/json': { schema: schemas.output(answers) } },
      },
      ...problems.of(ingestOperation.problems),
    },
  };
}

function withExamples({ content, ...body }: JsonObject): JsonObject {
  const examples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = ingestOperation.examples;
  const contents = Object.entries(content as Record<string, JsonObject>).map(([type, media]) => {
    const named = Object.entries(examples[type] ?? {}).map(([name, value]) => [name, { value }]);
    return [type, named.length === 0 ? media : { ...media, examples: Object.fromEntries(named) }];
  });
  return { ...body, content: Object.fromEntries(contents) };
}

function optionalHeaders(output: (schema: z.ZodType) => JsonObject): JsonObject {
  const headers = Object.entries(ingestOperation.responseHeaders);
  return Object.fromEntries(headers.map(([name, schema]) => [name, described(output(schema))]));
}

function described({ description, ...schema }: JsonObject): JsonObject {
  return { description, required: false, schema };
}

/** The event's schema with what each field is expected to be, which the publisher tells whoever gets one wrong. */
export function withRemedies(schema: JsonObject, path = ''): JsonObject {
  const { properties } = schema;
  const remedy = path === '' ? undefined : FIELD_REMEDIES[path];
  return {
    ...schema,
    ...(remedy !== undefined && { description: remedy }),
    ...(typeof properties === 'object' && {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, JsonObject>).map(([name, member]) => [
          name,
          withRemedies(member, path === '' ? name : `${path}.${name}`),
        ]),
      ),
    }),
  };
}
