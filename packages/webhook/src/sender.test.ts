import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Sender } from './sender.ts';
import { localSender, requestTo } from './testing/local.ts';
import { type Behaviour, type Receiver, response, startReceiver } from './testing/receivers.ts';

const opened: Array<Receiver | Sender> = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function receiver(behaviour: Behaviour): Promise<Receiver & { url: string }> {
  const started = await startReceiver(behaviour);
  opened.push(started);
  return Object.assign(started, { url: `http://127.0.0.1:${started.port}/hook` });
}

function sender(...options: Parameters<typeof localSender>): Sender {
  const created = localSender(...options);
  opened.push(created);
  return created;
}

describe('one attempt', () => {
  it('is one POST of exactly these bytes and fields, and its answer is on record', async () => {
    const server = await receiver({
      onRequest: (socket) => socket.write(response(202, 'thanks', 'X-Trace: a\r\nx-trace: b\r\n')),
    });
    const before = Date.now();
    const exchange = await sender().send(
      requestTo(`${server.url}?q=1#part`, { headers: { 'content-type': 'text/plain', 'webhook-id': 'm1' } }),
    );
    expect(exchange.outcome).toEqual({
      kind: 'response',
      status: 202,
      headers: { 'x-trace': 'a, b', 'content-length': '6' },
      body: Buffer.from('thanks'),
      bodyTruncated: false,
    });
    expect(exchange.remoteAddress).toBe('127.0.0.1');
    expect(exchange.startedAtMs).toBeGreaterThanOrEqual(before);
    expect(exchange.firstByteMs).toBeLessThanOrEqual(exchange.durationMs);
    expect(server.requests).toEqual([
      [
        'POST /hook?q=1 HTTP/1.1',
        `host: 127.0.0.1:${server.port}`,
        'connection: keep-alive',
        'content-type: text/plain',
        'webhook-id: m1',
        'content-length: 17',
        '',
        '{"hello":"world"}',
      ].join('\r\n'),
    ]);
  });

  it('keeps that a cookie was set, and not which', async () => {
    const server = await receiver({
      onRequest: (socket) =>
        socket.write(response(200, 'ok', 'set-cookie: a=hunter2\r\nset-cookie: b=2\r\n')),
    });
    const { outcome } = await sender().send(requestTo(server.url));
    expect(outcome).toMatchObject({ headers: { 'set-cookie': '[redacted]' } });
  });

  it('follows no redirect: it is an answer like any other', async () => {
    const server = await receiver({
      onRequest: (socket) => socket.write(response(302, '', 'location: /hook\r\n')),
    });
    const { outcome } = await sender().send(requestTo(server.url));
    expect(outcome).toMatchObject({ kind: 'response', status: 302, headers: { location: '/hook' } });
    expect(server.requests).toHaveLength(1);
  });

  it('decompresses nothing, so that a small bomb stays small', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const server = await receiver({
      onRequest: (socket) => socket.write(response(200, bomb, 'content-encoding: gzip\r\n')),
    });
    const { outcome } = await sender({ maxResponseBodyBytes: 64 * 1024 }).send(requestTo(server.url));
    expect(outcome).toMatchObject({ kind: 'response', body: bomb, bodyTruncated: false });
  });

  it('takes the final answer after interim ones', async () => {
    const server = await receiver({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        socket.write(response(200));
      },
    });
    const { outcome } = await sender().send(requestTo(server.url));
    expect(outcome).toMatchObject({
      status: 200,
      headers: { 'content-length': '2' },
      body: Buffer.from('ok'),
    });
  });

  it('an answer without a length ends with its connection', async () => {
    const server = await receiver({
      onRequest: (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'),
    });
    const { outcome } = await sender().send(requestTo(server.url));
    expect(outcome).toMatchObject({ status: 200, body: Buffer.from('until the end'), bodyTruncated: false });
  });

  it('a body at the bound is whole, one byte more is truncated', async () => {
    const server = await receiver({
      onRequest: (socket, n) => socket.write(response(200, Buffer.alloc(99 + n, 'x'))),
    });
    const local = sender({ maxResponseBodyBytes: 100 });
    const outcomes = [await local.send(requestTo(server.url)), await local.send(requestTo(server.url))];
    expect(outcomes.map(({ outcome }) => outcome)).toMatchObject([
      { body: Buffer.alloc(100, 'x'), bodyTruncated: false },
      { body: Buffer.alloc(100, 'x'), bodyTruncated: true },
    ]);
  });

  it('a header field that no request may have is an outcome, not an exception', async () => {
    const server = await receiver({ onRequest: (socket) => socket.write(response(200)) });
    for (const headers of [
      { 'bad name': '1' },
      { good: 'line\r\nbreak' },
      { 'transfer-encoding': 'chunked' },
    ]) {
      const { outcome } = await sender().send(requestTo(server.url, { headers }));
      expect(outcome).toMatchObject({ kind: 'error', error: 'invalid_request' });
    }
    expect(server.accepted).toBe(0);
  });
});

describe('connections', () => {
  it('tells how long opening one took, to the request that it was opened for and to no other', async () => {
    const server = await receiver({ onRequest: (socket) => socket.write(response(200)) });
    const local = sender();
    const first = await local.send(requestTo(server.url));
    expect(first.phases).toEqual({ dnsMs: undefined, connectMs: expect.any(Number), tlsMs: undefined });
    expect(first.phases.connectMs).toBeLessThanOrEqual(first.durationMs);
    const second = await local.send(requestTo(server.url));
    expect(second.phases).toEqual({ dnsMs: undefined, connectMs: undefined, tlsMs: undefined });
  });

  it('one is used again by what comes after it, even where the body was longer than what is kept', async () => {
    const server = await receiver({
      onRequest: (socket) => socket.write(response(200, Buffer.alloc(60_000))),
    });
    const local = sender();
    for (let i = 0; i < 5; i++) await local.send(requestTo(server.url));
    expect([server.requests.length, server.accepted]).toEqual([5, 1]);
  });

  it('requests at the same time do not wait for each other', async () => {
    const waiting: Array<() => void> = [];
    const server = await receiver({
      onRequest: (socket, n) => {
        waiting.push(() => socket.write(response(200)));
        if (n === 20) for (const answer of waiting) answer();
      },
    });
    const local = sender();
    await Promise.all(Array.from({ length: 20 }, () => local.send(requestTo(server.url))));
    expect(server.accepted).toBe(20);
  });

  it('no more than the bound stay open without a request, and the one idle longest goes first', async () => {
    const servers = await Promise.all(
      [1, 2, 3].map(() => receiver({ onRequest: (socket) => socket.write(response(200)) })),
    );
    const [first, second, third] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]];
    const local = sender({ maxIdleConnections: 2 });
    for (const { url } of [first, second, third]) await local.send(requestTo(url));
    await first.allClosed();
    for (const { url } of [third, second, first]) await local.send(requestTo(url));
    expect(servers.map(({ accepted }) => accepted)).toEqual([2, 1, 1]);
  });

  it('one that the server has closed meanwhile costs no attempt', async () => {
    const server = await receiver({
      onRequest: (socket) => socket.end(response(200)),
    });
    const local = sender();
    for (let i = 0; i < 5; i++) {
      expect((await local.send(requestTo(server.url))).outcome).toMatchObject({ status: 200 });
      await server.allClosed();
    }
    expect(server.accepted).toBe(5);
  });

  it('one that the server closes on the next request gives reset, and the receiver sees one POST an attempt', async () => {
    const server = await receiver({
      onRequest: (socket, n) => (n === 2 ? socket.destroy() : socket.write(response(200))),
    });
    const local = sender();
    const outcomes = [];
    for (let i = 0; i < 3; i++) outcomes.push((await local.send(requestTo(server.url))).outcome);
    expect(outcomes).toMatchObject([{ status: 200 }, { kind: 'error', error: 'reset' }, { status: 200 }]);
    expect([server.requests.length, server.accepted]).toEqual([3, 2]);
  });

  it('an answer that nobody asked for is never taken for that of the next request', async () => {
    const server = await receiver({
      onRequest: (socket, n) => {
        socket.write(response(200, `answer ${n}`));
        socket.write(response(200, 'forged'));
      },
    });
    const local = sender();
    for (let i = 1; i <= 5; i++) {
      const { outcome } = await local.send(requestTo(server.url));
      expect(outcome).not.toMatchObject({ body: Buffer.from('forged') });
    }
  });
});

describe('close', () => {
  it('ends what is under way as aborted, closes all connections, and sends nothing more', async () => {
    const server = await receiver({ onRequest: (socket, n) => n === 1 && socket.write(response(200)) });
    const local = localSender();
    await local.send(requestTo(server.url));
    const pending = [local.send(requestTo(server.url)), local.send(requestTo(server.url))];
    local.close();
    for (const { outcome } of [...(await Promise.all(pending)), await local.send(requestTo(server.url))]) {
      expect(outcome).toMatchObject({ kind: 'error', error: 'aborted' });
    }
    await server.allClosed();
  });
});
