import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sender } from './sender.ts';
import { localSender, requestTo } from './testing/local.ts';
import { type Behaviour, type Receiver, response, startReceiver, writeForEver } from './testing/receivers.ts';

const DEADLINE_MS = 300;
/** What a busy machine may add to a deadline. */
const GENEROUS_MS = 5_000;

let sender: Sender;
let server: Receiver;

beforeAll(() => {
  sender = localSender();
});
afterAll(() => sender.close());
afterEach(() => server.close());

async function attempt(behaviour: Behaviour, changes: Parameters<typeof requestTo>[1] = {}) {
  server = await startReceiver(behaviour);
  const exchange = await sender.send(
    requestTo(`http://127.0.0.1:${server.port}/`, { timeoutMs: DEADLINE_MS, ...changes }),
  );
  expect(exchange.durationMs).toBeLessThan(DEADLINE_MS + GENEROUS_MS);
  return exchange;
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('a receiver that keeps Herald waiting runs into the deadline, and its connection is closed', () => {
  it.each<[string, Behaviour, string]>([
    ['never answers', {}, 'connected, but no answer came in 300 ms'],
    ['never reads', { onConnection: (socket) => socket.pause() }, 'connected, but no answer came in 300 ms'],
    ['drips its header fields', drip(`${HEAD}x-a: ${'a'.repeat(4_000)}`), 'no answer came'],
    ['drips its body', drip('x'.repeat(4_000), `${HEAD}content-length: 9999\r\n\r\n`), 'status 200 and'],
    [
      'stops within its body',
      { onRequest: (s) => s.write(`${HEAD}content-length: 9\r\n\r\n1234`) },
      '4 bytes',
    ],
    ['sends interim answers for ever', drip('HTTP/1.1 102 Processing\r\n\r\n'.repeat(200)), 'no answer came'],
  ])('%s', async (_, behaviour, message) => {
    const { outcome, durationMs } = await attempt(behaviour);
    expect(outcome).toMatchObject({
      kind: 'error',
      error: 'timeout',
      message: expect.stringContaining(message),
    });
    expect(durationMs).toBeGreaterThanOrEqual(DEADLINE_MS);
    await server.allClosed();
  });

  it('also where it does not read a large request', async () => {
    const { outcome } = await attempt(
      { onConnection: (socket) => socket.pause() },
      { body: Buffer.alloc(16 * 1024 * 1024) },
    );
    expect(outcome).toMatchObject({ error: 'timeout' });
    await server.allClosed();
  });

  it('but what it said before dripping on is its answer, once that is as much as is kept', async () => {
    const { outcome } = await attempt({
      onRequest: (socket) => socket.write(`${HEAD}content-length: 60000\r\n\r\n${'x'.repeat(20_000)}`),
    });
    expect(outcome).toMatchObject({ kind: 'response', status: 200, bodyTruncated: true });
  });
});

describe('a receiver that breaks the connection gives reset', () => {
  it.each<[string, Behaviour]>([
    ['accepts and resets', { onConnection: (socket) => socket.resetAndDestroy() }],
    ['accepts and closes', { onConnection: (socket) => socket.end() }],
    ['reads and resets', { onRequest: (socket) => socket.resetAndDestroy() }],
    ['reads and closes', { onRequest: (socket) => socket.end() }],
    ['closes within its header fields', { onRequest: (socket) => socket.end(`${HEAD}content-le`) }],
    ['closes within its body', { onRequest: (s) => s.end(`${HEAD}content-length: 9\r\n\r\n1234`) }],
    [
      'closes within a chunk',
      { onRequest: (s) => s.end(`${HEAD}transfer-encoding: chunked\r\n\r\n9\r\n1234`) },
    ],
  ])('%s', async (_, behaviour) => {
    const { outcome } = await attempt(behaviour, { timeoutMs: 10_000 });
    expect(outcome).toMatchObject({ kind: 'error', error: 'reset', message: expect.stringMatching(/./) });
  });
});

describe('a receiver that does not speak HTTP/1.1 gives protocol', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a web page without a head', '<html><body>hello</body></html>'],
    ['zeros', '\0'.repeat(100)],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['a length that is none', `${HEAD}content-length: many\r\n\r\n`],
    ['two lengths', `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nok`],
    ['a length and chunks', `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a body shorter than its length', `${HEAD}connection: close\r\ncontent-length: 9\r\n\r\n1234`],
    ['a chunk size that is none', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`],
    ['a zero byte in a field', `${HEAD}x-a: \0\r\n\r\n`],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
    ['a continue that was not asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('%s', async (_, text) => {
    const { outcome } = await attempt({ onRequest: (socket) => socket.end(text) }, { timeoutMs: 10_000 });
    expect(outcome).toMatchObject({ kind: 'error', error: 'protocol', message: expect.stringMatching(/./) });
    await server.allClosed();
  });
});

describe('a receiver that says too much is cut short', () => {
  it.each([
    ['one header field of a megabyte', `${HEAD}x-a: ${'a'.repeat(1024 * 1024)}\r\n\r\n`],
    ['a hundred thousand header fields', `${HEAD}${'a: b\r\n'.repeat(100_000)}\r\n`],
  ])('%s gives headers_too_large', async (_, text) => {
    const { outcome } = await attempt({ onRequest: (socket) => socket.write(text) }, { timeoutMs: 10_000 });
    expect(outcome).toMatchObject({ kind: 'error', error: 'headers_too_large' });
    await server.allClosed();
  });

  it.each<[string, string, Buffer]>([
    ['a body without end', '', Buffer.alloc(64 * 1024, 'x')],
    ['a body of 100 MB', 'content-length: 100000000\r\n', Buffer.alloc(64 * 1024, 'x')],
    [
      'chunks without end',
      'transfer-encoding: chunked\r\n',
      Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`),
    ],
  ])('%s is an answer with its first 16 KiB', async (_, field, chunk) => {
    const { outcome } = await attempt(
      {
        onRequest: (socket) => {
          socket.write(`${HEAD}${field}\r\n`);
          writeForEver(socket, chunk);
        },
      },
      { timeoutMs: 10_000 },
    );
    expect(outcome).toMatchObject({ kind: 'response', status: 200, bodyTruncated: true });
    expect(outcome.kind === 'response' && Buffer.from(outcome.body)).toEqual(Buffer.alloc(16 * 1024, 'x'));
    await server.allClosed();
  });

  it('of a body without end little more is taken than is kept', async () => {
    let sentBytes = () => 0;
    await attempt(
      {
        onRequest: (socket) => {
          sentBytes = () => socket.bytesWritten - socket.writableLength;
          socket.write(`${HEAD}\r\n`);
          writeForEver(socket, Buffer.alloc(64 * 1024, 'x'));
        },
      },
      { timeoutMs: 10_000 },
    );
    await server.allClosed();
    // The buffers of the two kernels and of two streams take a few MiB before anyone can say stop.
    expect(sentBytes()).toBeLessThan(16 * 1024 * 1024);
  });

  it('a gzip bomb stays as small as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { outcome } = await attempt(
      { onRequest: (socket) => socket.write(response(200, bomb, 'content-encoding: gzip\r\n')) },
      { timeoutMs: 10_000 },
    );
    expect(outcome).toMatchObject({
      status: 200,
      headers: { 'content-encoding': 'gzip' },
      body: bomb.subarray(0, 16 * 1024),
      bodyTruncated: true,
    });
  });

  it('a redirect to itself is one answer, whatever comes of following it', async () => {
    const { outcome } = await attempt(
      {
        onRequest: (socket) =>
          socket.write(response(308, '', `location: http://127.0.0.1:${server.port}/\r\n`)),
      },
      { timeoutMs: 10_000 },
    );
    expect(outcome).toMatchObject({ kind: 'response', status: 308 });
    expect([server.requests.length, server.accepted]).toEqual([1, 1]);
  });

  it('a body in chunks of one byte is read whole', async () => {
    const chunks = '1\r\nx\r\n'.repeat(10_000);
    const { outcome } = await attempt(
      { onRequest: (socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`) },
      { timeoutMs: 10_000 },
    );
    expect(outcome).toMatchObject({ body: Buffer.alloc(10_000, 'x'), bodyTruncated: false });
  });

  it('an answer before the request was read counts', async () => {
    const { outcome } = await attempt(
      { onConnection: (socket) => socket.write(response(413, 'too large', 'connection: close\r\n')) },
      { timeoutMs: 10_000, body: Buffer.alloc(1024) },
    );
    expect(outcome).toMatchObject({ kind: 'response', status: 413 });
  });

  it('memory stays flat through hundreds of endless bodies', async () => {
    server = await startReceiver({
      onRequest: (socket) => {
        socket.write(`${HEAD}\r\n`);
        writeForEver(socket, Buffer.alloc(64 * 1024, 'x'));
      },
    });
    const request = requestTo(`http://127.0.0.1:${server.port}/`);
    const round = () => Promise.all(Array.from({ length: 20 }, () => sender.send(request)));
    for (let i = 0; i < 5; i++) await round();
    const before = process.memoryUsage();
    for (let i = 0; i < 20; i++) await round();
    const after = process.memoryUsage();
    // 400 answers of 16 KiB are 6 MiB; what the bodies brought before the cut is over 30 MiB, and without end.
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(
      64 * 1024 * 1024,
    );
  });
});

/** Sends `text` one byte at a time, after `head` at once. */
function drip(text: string, head = ''): Behaviour {
  return {
    onRequest: (socket) => {
      if (head) socket.write(head);
      let at = 0;
      const timer = setInterval(() => socket.write(text[at++] ?? ' '), 5);
      socket.on('close', () => clearInterval(timer));
    },
  };
}
