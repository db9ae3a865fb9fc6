import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnyDescription } from '../http/operation.ts';
import { describedApi } from './described-api.ts';
import { openApiDocument } from './document.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of many shapes.
type Json = any;

const INGEST = { ingestUrl: 'https://ingest.example' };
const document: Json = openApiDocument(describedApi(), INGEST);
const operations = Object.entries(document.paths as Json).flatMap(([path, item]) =>
  Object.entries(item as Json).map(([method, operation]) => ({ path, method, operation: operation as Json })),
);

function aDescription(said: Partial<AnyDescription>): AnyDescription {
  return {
    method: 'post',
    path: '/v1/things/{thing_id}',
    operationId: 'changeThing',
    tag: 'endpoints',
    summary: 'Change a thing. It stays so.',
    role: 'write',
    params: z.strictObject({ thing_id: z.string() }),
    query: z.strictObject({}),
    body: undefined,
    answers: undefined,
    problems: [],
    ...said,
  };
}

const written = (said: Partial<AnyDescription>): Json =>
  (openApiDocument([aDescription(said)], INGEST) as Json).paths['/v1/things/{thing_id}'].post;

describe('the document', () => {
  it('has every operation of the api, and ingest at its own server', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(
      [...describedApi().map(({ operationId }) => operationId), 'sendEvents'].toSorted(),
    );
    const { post, get } = document.paths['/v1/events'];
    expect(post.servers).toMatchObject([{ url: INGEST.ingestUrl }]);
    expect(get.servers).toBeUndefined();
  });

  it('describes every parameter of a path, and no other', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter(({ in: where }: Json) => where === 'path');
      expect(inPath.map(({ name }: Json) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it('says of every parameter and every field of a body what it is', () => {
    const silent = operations.flatMap(({ operation }) => [
      ...operation.parameters.filter(({ description }: Json) => !description).map(({ name }: Json) => name),
      ...Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }: Json) =>
        fieldsOf(schema)
          .filter(([, field]) => !saysWhat(field))
          .map(([name]) => `${operation.operationId}: ${name}`),
      ),
    ]);
    expect(silent).toEqual([]);
  });

  it('lets answers grow, and says that requests with unknown fields are refused', () => {
    const thing = z.object({ name: z.string() });
    const { requestBody, responses } = written({ body: z.strictObject(thing.shape), answers: thing });
    expect(requestBody.content['application/json'].schema.additionalProperties).toBe(false);
    expect(responses[200].content['application/json'].schema).not.toHaveProperty('additionalProperties');
  });

  it('has what is sent on the one side of a schema, and what is answered on the other', () => {
    const at = z.iso.datetime().transform(Date.parse).default(0).meta({ description: 'a time' });
    const { parameters } = written({ query: z.strictObject({ at }) });
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'at',
        in: 'query',
        required: false,
        schema: expect.objectContaining({ type: 'string', format: 'date-time' }),
      }),
    );
  });

  it('says which role an operation needs, and that one without a key needs none', () => {
    expect(written({}).security).toContainEqual({ bearer: ['write'] });
    expect(written({ role: undefined }).security).toEqual([]);
  });

  it('names the problems of an operation by status, and each of its statuses', () => {
    const { responses } = written({ statuses: [202], problems: ['409 taken', '409 over'] });
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['202', '401', '403', '409']));
    expect(responses[409].$ref).toBe('#/components/responses/OverOrTaken');
  });

  it('is not written where one name means two things', () => {
    const [one, other] = [z.string(), z.number()].map((item) => z.object({ item }).meta({ id: 'Thing' }));
    const both = [
      aDescription({ answers: one }),
      aDescription({ answers: other, path: '/v1/others/{thing_id}', operationId: 'other' }),
    ];
    expect(() => openApiDocument(both, INGEST)).toThrow('Thing');
  });
});

/** With those of the alternatives; each by its path. */
function fieldsOf(schema: Json, path = ''): [string, Json][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, Json][] => [
    [path + name, field],
    ...fieldsOf(field, `${path}${name}.`),
  ]);
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [...own, ...alternatives.flatMap((alternative: Json) => fieldsOf(alternative, path))];
}

const saysWhat = (field: Json): boolean =>
  field === false || field.description !== undefined || field.$ref !== undefined;
