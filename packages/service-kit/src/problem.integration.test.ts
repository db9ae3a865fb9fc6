import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, listen } from './http-server.ts';
import { createLogger } from './log.ts';
import { problemHandler } from './problem.ts';

let server: HttpServer;
let output = '';

beforeAll(async () => {
  const destination = {
    write(text: string) {
      output += text;
    },
  };
  const app = express();
  app.use(express.json({ limit: 100 }));
  app.post('/echo', (request, response) => {
    response.json(request.body);
  });
  app.post('/broken', async () => {
    throw new Error('the table is gone');
  });
  app.use(problemHandler(createLogger({ service: 'test', level: 'info', format: 'json', destination })));
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});

afterAll(() => server.close());

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return {
    type: response.headers.get('content-type'),
    problem: (await response.json()) as Record<string, unknown>,
  };
}

test('an oversized body is refused with the limit', async () => {
  const { type, problem } = await post('/echo', JSON.stringify({ text: 'x'.repeat(200) }));
  expect(type).toContain('application/problem+json');
  expect(problem).toMatchObject({
    type: 'urn:herald:problem:body_too_large',
    status: 413,
    max_body_bytes: 100,
  });
});

test('a body that is not JSON is told apart from one with the wrong content', async () => {
  const { problem } = await post('/echo', '{"a":');
  expect(problem).toMatchObject({ type: 'urn:herald:problem:malformed_json', status: 400 });
});

test('a body that is not JSON is not quoted: it may be a credential', async () => {
  for (const body of ['hk_0123456789abcdef_AAAAAAAA', '{"api_key":hk_0123456789abcdef_AAAAAAAA}']) {
    const { problem } = await post('/echo', body);
    expect(problem).toMatchObject({ status: 400, detail: "Unexpected token 'h'." });
    expect(JSON.stringify(problem)).not.toContain('hk_');
  }
});

test('a charset or encoding that cannot be read is refused, not an internal error', async () => {
  const { problem } = await post('/echo', '{}', { 'content-encoding': 'rot13' });
  expect(problem).toMatchObject({ status: 415, title: 'The request cannot be read' });
});

test('an exception tells the caller an incident and the log its cause', async () => {
  const { problem } = await post('/broken', '{}');
  expect(problem).toMatchObject({ type: 'urn:herald:problem:internal', status: 500 });
  expect(JSON.stringify(problem)).not.toContain('table');
  expect(JSON.parse(output)).toMatchObject({
    incident: problem.incident,
    err: { message: 'the table is gone' },
  });
});
