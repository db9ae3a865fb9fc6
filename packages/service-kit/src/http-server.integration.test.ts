import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { listen } from './http-server.ts';

test('a close answers what is under way and waits for no idle connection', async () => {
  const asked = Promise.withResolvers<() => void>();
  const server = await listen((_request, response) => asked.resolve(() => response.end('answered')), {
    host: '127.0.0.1',
    port: 0,
  });
  const answer = new Promise<string>((resolve) => {
    const agent = new Agent({ keepAlive: true });
    get(server.url, { agent }, (response) => response.setEncoding('utf8').once('data', resolve));
  });
  const respond = await asked.promise;
  const startedAtMs = Date.now();
  const closed = server.close();
  respond();
  expect(await answer).toBe('answered');
  await closed;
  // Node's own keep-alive lasts five seconds.
  expect(Date.now() - startedAtMs).toBeLessThan(4_000);
});

test('an address that is taken is a rejection, not an exception from nowhere', async () => {
  const server = await listen(() => {}, { host: '127.0.0.1', port: 0 });
  const port = Number(new URL(server.url).port);
  await expect(listen(() => {}, { host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
  await server.close();
});

test.each([
  [
    'a head that is too long',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  ['what is not HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
])('%s is answered as a problem, though no handler sees it', async (_, sent, status, code) => {
  const server = await listen(() => {}, { host: '127.0.0.1', port: 0 });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({
    type: `urn:herald:problem:${code}`,
    status,
    detail: expect.stringContaining('Send'),
  });
  await server.close();
});
