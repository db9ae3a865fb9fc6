import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { AnyOperation } from './http/operation.ts';
import { BAD_BODIES, BAD_PARAMS, BAD_QUERY, NOT_FOUND_PARAMS } from './testing/bad-values.ts';
import { type Client, type Reply, type RunningApi, startApi } from './testing/running-api.ts';

interface Row {
  operation: AnyOperation;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Where and what it is that the answer has to name, and the value that it has to repeat; `only`: and nothing else. */
  names: { in: string; fields: readonly string[]; value?: string; only?: true };
  status: number;
}

/** Places in a list or a stream: Herald's own, and nothing that a person has written. */
const OPAQUE: ReadonlySet<string> = new Set(['cursor', 'after']);

/** What every object has without having it. */
const INHERITED = ['constructor', '__proto__', 'toString'];

const AT_ONCE = 16;
const MAX_VALUE_CHARS = 200;
const DELIVERY = '6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42';

let api: RunningApi;
let owner: Client;
let endpointId: string;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client();
  const created = await owner.send('POST', '/v1/endpoints', { project_id: 'p', url: 'http://127.0.0.1:9/' });
  endpointId = created.body.endpoint_id;
});

afterAll(() => api.stop());

const paramsOf = ({ params }: AnyOperation): string[] => Object.keys(params.shape);
const queryOf = ({ query }: AnyOperation): string[] => Object.keys(query.shape);

/** The objects that the body may be: one of each kind. */
function bodyShapesOf({ body }: AnyOperation): z.core.JSONSchema.BaseSchema[] {
  if (!body) return [];
  const whole = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return [whole, ...(whole.anyOf ?? []), ...(whole.oneOf ?? [])].filter((part) => part.properties);
}

function bodyFieldsOf(operation: AnyOperation): string[] {
  return [...new Set(bodyShapesOf(operation).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function pathOf(operation: AnyOperation, given: Record<string, string> = {}): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const known: Record<string, string> = { endpoint_id: endpointId, delivery_id: DELIVERY };
    return encodeURIComponent(given[name] ?? known[name] ?? 'some');
  });
}

/** What is wrong with any operation of its form, and what is wrong with this one. */
function rowsOf(operation: AnyOperation): Row[] {
  const { requestHeaders = {}, operationId } = operation;
  const path = pathOf(operation);
  const headers = 'if-match' in requestHeaders ? { 'if-match': '*' } : {};
  const base = { operation, path, headers, status: 400 };
  const rows: Row[] = [{ ...base, path: `${path}?colour=red`, names: { in: 'query', fields: ['colour'] } }];
  for (const name of paramsOf(operation)) {
    for (const value of BAD_PARAMS[name] ?? []) {
      rows.push({
        ...base,
        path: pathOf(operation, { [name]: value }),
        names: { in: 'path', fields: [name], value },
      });
    }
  }
  for (const name of queryOf(operation)) {
    const names = { in: 'query', fields: [name] };
    for (const value of BAD_QUERY[name] ?? []) {
      const repeated = OPAQUE.has(name) ? {} : { value };
      rows.push({
        ...base,
        path: `${path}?${new URLSearchParams({ [name]: value })}`,
        names: { ...names, ...repeated },
      });
    }
    rows.push({ ...base, path: `${path}?${name}=1&${name}=2`, names });
  }
  if (queryOf(operation).includes('to')) {
    const from = '2026-01-02T00:00:00Z';
    for (const to of [from, '2026-01-01T00:00:00Z']) {
      const query = new URLSearchParams({ from, to });
      rows.push({ ...base, path: `${path}?${query}`, names: { in: 'query', fields: ['from'], only: true } });
    }
  }
  if ('if-match' in requestHeaders) {
    const names = { in: 'header', fields: ['If-Match'] };
    const body = operation.body ? { name: 'x' } : undefined;
    rows.push({ ...base, body, headers: { 'if-match': '42' }, names });
  }
  if (operation.body) {
    const whole = { in: 'body', fields: [''] };
    for (const body of ['[]', '"text"', '5']) rows.push({ ...base, body, names: whole });
    rows.push({ ...base, body: '{"cut":', names: whole });
    rows.push({ ...base, body: `"${'x'.repeat(70_000)}"`, names: whole, status: 413 });
    const shapes = bodyShapesOf(operation);
    const isClosed = shapes.every(({ additionalProperties }) => additionalProperties === false);
    if (isClosed && shapes.length === 1) {
      rows.push({ ...base, body: { colour: 'red' }, names: { in: 'body', fields: ['colour'] } });
    }
    for (const inherited of isClosed ? INHERITED : []) {
      rows.push({ ...base, body: `{"${inherited}":1}`, names: { in: 'body', fields: [] } });
    }
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const type = { in: 'header', fields: ['Content-Type'] };
    rows.push({ ...base, body: 'a=b', headers: form, names: type, status: 415 });
  }
  for (const [body, fields] of BAD_BODIES[operationId] ?? []) {
    rows.push({ ...base, body, names: { in: 'body', fields, only: true } });
  }
  return rows;
}

it('every field that any operation takes is wrong at least once below', () => {
  const unnamed = api.operations.flatMap((operation) => {
    const said = (BAD_BODIES[operation.operationId] ?? []).flatMap(([, fields]) => fields);
    const isSaid = (field: string) => said.some((each) => each.split(/[.[]/)[0] === field);
    return [
      ...paramsOf(operation).filter((name) => !BAD_PARAMS[name] && !NOT_FOUND_PARAMS.has(name)),
      ...queryOf(operation).filter((name) => !BAD_QUERY[name]),
      ...bodyFieldsOf(operation).filter((field) => !isSaid(field)),
    ].map((field) => `${operation.operationId}: ${field}`);
  });
  expect(unnamed).toEqual([]);
});

it('a request that is wrong is told by a problem which field it is and what to do, whatever operation it asks for', async () => {
  const rows = api.operations.flatMap(rowsOf);
  expect(rows.length).toBeGreaterThan(60);
  const faults: string[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    await Promise.all(
      rows.slice(from, from + AT_ONCE).map(async (row) => {
        const { operation, path, body, headers } = row;
        const reply = await owner.send(operation.method.toUpperCase(), path, body, headers);
        const fault = faultOf(row, reply);
        if (fault)
          faults.push(`${operation.operationId} ${path} ${JSON.stringify(body)?.slice(0, 100)}: ${fault}`);
      }),
    );
  }
  expect(faults).toEqual([]);
});

interface Told {
  in: string;
  field: string;
  value?: string;
  problem?: string;
  remedy?: string;
}

/** What the answer does not say as it should; undefined where it does. */
function faultOf({ names, status }: Row, { status: answered, headers, body }: Reply): string | undefined {
  const text = JSON.stringify(body);
  if (answered !== status) return `${answered} ${text}`;
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return `is no problem: ${text}`;
  if (/node_modules|\.ts:\d|\bat \S+ \(/.test(text)) return `has a stack: ${text}`;
  if (text.includes('hunter2')) return `repeats a credential: ${text}`;
  const told = (body.errors ?? []) as Told[];
  const missing = names.fields.filter((field) => {
    const found = told.find((each) => each.in === names.in && each.field === field);
    const isRepeated =
      names.value === undefined || found?.value === JSON.stringify(names.value).slice(0, MAX_VALUE_CHARS);
    return !found?.problem || !found.remedy || !isRepeated;
  });
  if (missing.length > 0) return `does not name ${names.in} ${missing.join(', ')}: ${text}`;
  const extra = names.only ? told.filter(({ field }) => !names.fields.includes(field)) : [];
  return extra.length > 0 ? `names ${extra.map(({ field }) => field).join(', ')} too: ${text}` : undefined;
}
