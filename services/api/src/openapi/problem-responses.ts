import { STATUS_CODES } from 'node:http';
import type { ProblemCode } from '../http/operation.ts';
import type { JsonObject } from './schema-writer.ts';

/** What is answered where something is not done, as responses that operations share. */
export interface ProblemResponses {
  /** References to one response for each status. */
  of(problems: readonly ProblemCode[]): JsonObject;
  /** All that were referred to so far, by name. */
  components(): JsonObject;
}

export function createProblemResponses(): ProblemResponses {
  const components = new Map<string, JsonObject>();

  function referTo(status: number, codes: readonly string[]): JsonObject {
    const name = codes.map(pascalCase).join('Or');
    components.set(name, response(status, codes));
    return { $ref: `#/components/responses/${name}` };
  }

  return {
    of(problems) {
      const codes = new Map<number, string[]>();
      for (const problem of problems.toSorted()) {
        const [status, code] = problem.split(' ') as [string, string];
        codes.set(Number(status), [...(codes.get(Number(status)) ?? []), code]);
      }
      return Object.fromEntries([...codes].map(([status, of]) => [status, referTo(status, of)]));
    },
    components: () => Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
  };
}

/** RFC 9457, as every error is answered. */
export const problemSchema: JsonObject = {
  type: 'object',
  description:
    'RFC 9457 problem details. `type` tells problems apart, `detail` says what happened and what to do. Members beyond these belong to single types.',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: '`urn:herald:problem:<code>`',
      examples: ['urn:herald:problem:invalid_request'],
    },
    title: { type: 'string', description: 'the same for every occurrence' },
    status: { type: 'integer', description: 'the status of the response', examples: [400] },
    detail: { type: 'string', description: 'what happened this time, with which input, and what to do' },
    request_id: { type: 'string', description: "by which the request is found in Herald's log" },
    errors: {
      type: 'array',
      description: 'each field that is wrong',
      items: { $ref: '#/components/schemas/Mistake' },
    },
  },
};

export const mistakeSchema: JsonObject = {
  type: 'object',
  description: 'One field that is wrong.',
  required: ['field', 'problem', 'remedy'],
  properties: {
    in: { type: 'string', enum: ['path', 'query', 'body', 'header'] },
    index: { type: 'integer', description: 'of the event in a batch' },
    field: {
      type: 'string',
      description: 'its path, empty for the whole',
      examples: ['subscription.event_types[0]'],
    },
    value: { type: 'string', description: 'what was sent, as JSON, cut at 200 characters; never a secret' },
    problem: { type: 'string', examples: ['it is no type of event'] },
    remedy: { type: 'string', examples: ['Expected: publication.published.'] },
  },
};

function response(status: number, codes: readonly string[]): JsonObject {
  return {
    description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(' or ')}.`,
    headers: headersOf(status),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            {
              type: 'object',
              properties: {
                type: { enum: codes.map((code) => `urn:herald:problem:${code}`) },
                status: { const: status },
              },
            },
          ],
        },
      },
    },
  };
}

function headersOf(status: number): JsonObject {
  if (status === 401) return headerReferences(['x-request-id', 'www-authenticate']);
  // Of a request that cannot be read no handler knows.
  if (status === 431) return {};
  if (status === 429 || status === 503) return headerReferences(['x-request-id', 'retry-after']);
  return headerReferences(['x-request-id']);
}

export function headerReferences(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
