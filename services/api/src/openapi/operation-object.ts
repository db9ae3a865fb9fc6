import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { problemsOf, statusesOf } from '../http/described.ts';
import { REQUEST_HEADERS, type RequestHeaderName } from '../http/headers.ts';
import type { AnyDescription } from '../http/operation.ts';
import { headerReferences, type ProblemResponses } from './problem-responses.ts';
import type { JsonObject, SchemaWriter } from './schema-writer.ts';

export interface Writers {
  schemas: SchemaWriter;
  problems: ProblemResponses;
}

/** An operation as OpenAPI has it. */
export function operationObject(operation: AnyDescription, writers: Writers): JsonObject {
  const { operationId, tag, summary, body } = operation;
  return {
    operationId,
    tags: [tag],
    summary: titleOf(summary),
    description: summary,
    security: securityOf(operation),
    parameters: parametersOf(operation, writers.schemas),
    ...(body && { requestBody: requestBody({ 'application/json': body }, writers.schemas) }),
    responses: { ...successesOf(operation, writers.schemas), ...writers.problems.of(problemsOf(operation)) },
  };
}

/** For schemes other than OAuth's, the list names the role that is needed. */
function securityOf({ role }: AnyDescription): readonly JsonObject[] {
  return role === undefined ? [] : [{ bearer: [role] }, { apikey: [role] }, { session: [role] }];
}

/** Its first clause. */
function titleOf(summary: string): string {
  return summary.replace(/[.;:](?: .*)?$/, '');
}

function parametersOf(
  { params, query, requestHeaders = {} }: AnyDescription,
  schemas: SchemaWriter,
): readonly JsonObject[] {
  const headers = Object.entries(requestHeaders).map(([name, need]) =>
    parameter(name, 'header', schemas.input(REQUEST_HEADERS[name as RequestHeaderName]), need === 'required'),
  );
  return [...membersOf(params, 'path', schemas), ...membersOf(query, 'query', schemas), ...headers];
}

function membersOf(
  schema: z.ZodObject,
  where: 'path' | 'query',
  schemas: SchemaWriter,
): readonly JsonObject[] {
  const { properties = {}, required = [] } = schemas.input(schema) as {
    properties?: Readonly<Record<string, JsonObject>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, member]) =>
    parameter(name, where, member, required.includes(name)),
  );
}

function parameter(name: string, where: string, member: JsonObject, required: boolean): JsonObject {
  const { description, examples, ...schema } = member;
  const [example] = (examples as readonly unknown[] | undefined) ?? [];
  return {
    name,
    in: where,
    required,
    ...(description !== undefined && { description }),
    schema,
    ...(example !== undefined && { example }),
  };
}

/** By the type of its content. A body without which a request is valid may be left out. */
export function requestBody(
  contents: Readonly<Record<string, z.ZodType>>,
  schemas: SchemaWriter,
): JsonObject {
  return {
    required: !Object.values(contents).some((schema) => schema.safeParse(undefined).success),
    content: Object.fromEntries(
      Object.entries(contents).map(([type, schema]) => [type, { schema: schemas.input(schema) }]),
    ),
  };
}

function successesOf(operation: AnyDescription, schemas: SchemaWriter): JsonObject {
  const { answers, produces = 'application/json', responseHeaders = [] } = operation;
  const ofCaller = operation.role ? ['ratelimit', 'ratelimit-policy'] : [];
  const headers = headerReferences(['x-request-id', ...ofCaller, ...responseHeaders]);
  const content = answers && { [produces]: { schema: contentSchema(answers, produces, schemas) } };
  return Object.fromEntries(
    statusesOf(operation).map((status) => [
      status,
      { description: `${STATUS_CODES[status]}.`, headers, ...(content && { content }) },
    ]),
  );
}

/** OpenAPI 3.1 has no words for the items of a stream: it is a text, whose description names them. */
function contentSchema(answers: z.ZodType, produces: string, schemas: SchemaWriter): JsonObject {
  const schema = schemas.output(answers);
  if (produces === 'application/json') return schema;
  return {
    type: 'string',
    description: 'Server-sent events, each with data of this form:',
    contentMediaType: produces,
    contentSchema: schema,
  };
}
