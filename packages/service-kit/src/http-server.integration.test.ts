import { Agent, get } from 'node:http';
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
