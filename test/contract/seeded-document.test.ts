import { expect, it } from 'vitest';
import { partsOf, seededDocument } from './seeded-document.ts';

const document = {
  paths: {
    '/v1/things/{thing_id}': {
      post: {
        operationId: 'changeThing',
        parameters: [{ name: 'thing_id', in: 'path', schema: { type: 'string' }, example: 'th_1' }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                properties: {
                  thing_id: { type: 'string' },
                  thing_ids: { type: 'array', items: { type: 'string' } },
                  other: { type: 'string' },
                },
              },
            },
          },
        },
        responses: { 200: { content: { 'application/json': { schema: { properties: { thing_id: {} } } } } } },
      },
      get: { operationId: 'elsewhere', servers: [{ url: 'http://127.0.0.1:1' }] },
    },
    '/v1/tail': { get: { operationId: 'followTail' } },
  },
};
const seeded = { anyOf: [{ enum: ['th_9'] }, { type: 'string' }] };

it('what exists is asked for beside what is made up, in parameters, fields and lists, and answers stay', () => {
  const { paths } = seededDocument(document, { thing_id: ['th_9'] }) as typeof document;
  const { parameters, requestBody, responses } = paths['/v1/things/{thing_id}'].post;
  expect(parameters).toEqual([{ name: 'thing_id', in: 'path', schema: seeded }]);
  expect(requestBody.content['application/json'].schema.properties).toEqual({
    thing_id: seeded,
    thing_ids: { type: 'array', items: seeded },
    other: { type: 'string' },
  });
  expect(responses).toEqual(document.paths['/v1/things/{thing_id}'].post.responses);
});

it('each server is asked for what it takes, and the endless stream is not', () => {
  const { api, ingest } = partsOf(document);
  const operationsOf = ({ paths }: { paths?: unknown }) =>
    Object.values(paths as object).flatMap((item) =>
      Object.values(item as object).map(({ operationId }) => operationId),
    );
  expect(operationsOf(api)).toEqual(['changeThing']);
  expect(operationsOf(ingest)).toEqual(['elsewhere']);
});
