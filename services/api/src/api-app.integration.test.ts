import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf, type RunningApi, startApi } from './testing/running-api.ts';

const stack = inject('stack');
/** A port that nothing listens on. */
const nobody = '127.0.0.1:9';
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** As `GET /v1/events?limit=1` in a page: the route, and what is asked of it. */
const CALL = /\b((?:GET|POST|PUT|PATCH|DELETE) \/v1\/[^\s`?",|]*)(?:\?([^\s`"|]*))?/g;
let api: RunningApi;
let admin: Client;

beforeAll(async () => {
  api = await startApi(stack);
  admin = await api.client();
});

afterAll(() => api.stop());

describe('who may', () => {
  it.each([
    ['no key', '', 'missing'],
    ['another scheme', 'Basic dXNlcjpwYXNz', 'missing'],
    ['a text that is no key', 'Bearer abc', 'malformed'],
    ['a key that nobody made', `Bearer hk_0123456789abcdef_${'A'.repeat(43)}`, 'unknown'],
  ])('with %s gets a 401 that says what to do', async (_, authorization, reason) => {
    const reply = await clientOf(api.url, '', '').send('GET', '/v1/endpoints', undefined, { authorization });
    expect(reply).toMatchObject({ status: 401, body: { reason, detail: expect.stringMatching(/./) } });
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a key that reads may not write, and is told which role may', async () => {
    const reader = await api.client('read', admin.accountId);
    expect((await reader.get('/v1/endpoints')).status).toBe(200);
    const refused = await reader.send('POST', '/v1/endpoints', {});
    expect(refused).toMatchObject({ status: 403, body: { role: 'read', needed_role: 'write' } });
    const writer = await api.client('write', admin.accountId);
    const body = { project_id: 'p', url: 'http://127.0.0.1:9/' };
    expect((await writer.send('POST', '/v1/endpoints', body)).status).toBe(201);
  });

  it('is asked before anything of the request is read', async () => {
    const big = 'x'.repeat(100_000);
    const reply = await clientOf(api.url, '', 'none').send('POST', '/v1/endpoints', big);
    expect(reply.status).toBe(401);
  });
});

describe('every answer', () => {
  it('has a request id, the caller’s own where it is a plain word, and the log has it too', async () => {
    const own = await admin.send('GET', '/v1/endpoints', undefined, { 'x-request-id': 'mine-1' });
    expect(own.headers.get('x-request-id')).toBe('mine-1');
    const forged = await admin.send('GET', '/v1/nothing', undefined, { 'x-request-id': 'a b"c' });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(forged.body.request_id).toBe(forged.headers.get('x-request-id'));
    expect(api.logged()).toContain('"requestId":"mine-1"');
  });

  it('may not be kept, sniffed or framed', async () => {
    const { headers } = await admin.get('/v1/endpoints');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('to what is not known here is a problem too', async () => {
    expect(await admin.get('/v2/endpoints')).toMatchObject({
      status: 404,
      body: { type: 'urn:herald:problem:unknown_route' },
    });
    const put = await admin.send('PUT', '/v1/endpoints', {});
    expect(put).toMatchObject({ status: 405 });
    expect(put.headers.get('allow')).toBe('POST, GET');
    expect(await admin.get('/v1/endpoints/%E0%A4%A')).toMatchObject({ status: 400 });
  });
});

it('what the api is can be read without a key, by programs and by people', async () => {
  const document = await fetch(`${api.url}/openapi.json`);
  expect(document.headers.get('content-type')).toContain('application/json');
  const { openapi, paths } = (await document.json()) as { openapi: string; paths: object };
  expect(openapi).toMatch(/^3\.1\./);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(api.operations.map(({ path }) => path)));
  const page = await fetch(`${api.url}/docs`);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
});

it('the pages name no call that it does not know, and no parameter that it refuses', async () => {
  const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { parameters?: Array<{ name: string }> }>>;
  };
  const unnamed = (path: string) => path.replace(/[{<].*?[}>]/g, '{}');
  const known = new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => [
        `${method.toUpperCase()} ${unnamed(path)}`,
        parameters.map(({ name }) => name),
      ]),
    ),
  );
  const calls = globSync(['README.md', 'docs/**/*.md'], { cwd: ROOT }).flatMap((page) => [
    ...readFileSync(`${ROOT}${page}`, 'utf8').matchAll(CALL),
  ]);
  expect(calls.length).toBeGreaterThan(30);
  const wrong = calls.filter(([, route = '', query = '']) => {
    const parameters = known.get(unnamed(route));
    return !parameters || [...new URLSearchParams(query).keys()].some((name) => !parameters.includes(name));
  });
  expect(wrong.map(([call]) => call)).toEqual([]);
});

describe('a dependency that is away', () => {
  it('takes the history with it when it is ClickHouse, and leaves the configuration editable', async () => {
    const without = await startApi(stack, { clickhouseUrl: `http://${nobody}` });
    try {
      const client = await without.client();
      const history = [
        '/v1/deliveries',
        '/v1/deliveries/6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42',
        '/v1/events',
        '/v1/events/e',
        '/v1/ledger',
      ];
      for (const path of history) {
        const reply = await client.get(path);
        expect(reply).toMatchObject({
          status: 503,
          body: { type: 'urn:herald:problem:history_unavailable' },
        });
        expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      const body = { project_id: 'p', url: 'http://127.0.0.1:9/' };
      const { status, body: made } = await client.send('POST', '/v1/endpoints', body);
      expect(status).toBe(201);
      expect((await client.get(`/v1/endpoints/${made.endpoint_id}`)).status).toBe(200);
    } finally {
      await without.stop();
    }
  });

  it('makes a change a 503 in time when it is Kafka, and leaves the configuration readable', async () => {
    const without = await startApi(stack, { brokers: [nobody], writeTimeoutMs: 1_000 });
    try {
      const client = await without.client();
      const reply = await client.send('POST', '/v1/endpoints', {
        project_id: 'p',
        url: 'http://127.0.0.1:9/',
      });
      expect(reply).toMatchObject({
        status: 503,
        body: { type: 'urn:herald:problem:configuration_unavailable' },
      });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await client.get('/v1/endpoints')).status).toBe(200);
    } finally {
      await without.stop();
    }
  });
});
