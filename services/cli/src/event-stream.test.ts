import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { followEvents } from './event-stream.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Answers each visit by the next of `visits`, and the later ones by the last. */
async function serve(...visits: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const lastIds: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const visit = visits[Math.min(lastIds.length, visits.length - 1)]!;
    lastIds.push(request.headers['last-event-id'] as string | undefined);
    visit(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/tail`);
  return { url, lastIds };
}

const begin = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }) && response;

function follow(url: URL, until: number) {
  const stop = new AbortController();
  const heard: [string, string][] = [];
  const lost: string[] = [];
  const ended = followEvents({
    url,
    key: 'hk_key',
    after: undefined,
    silenceMs: 10_000,
    waitMs: 1,
    onEvent({ event, data }) {
      heard.push([event, data]);
      if (heard.length === until) setTimeout(() => stop.abort(), 5);
    },
    onLost: (why) => lost.push(why),
    signal: stop.signal,
  });
  return { ended, heard, lost };
}

test('a lost connection is taken up again behind the last id, that of an event without data too', async () => {
  const { url, lastIds } = await serve(
    (response) => {
      begin(response).write(
        'retry: 1\n\nid: 1\nevent: a\ndata: {"n"\ndata: :1}\n\nid: 2\n\n: still here\n\n',
      );
      setTimeout(() => response.destroy(), 20);
    },
    (response) => response.writeHead(503).end(),
    (response) => void begin(response).write('id: 3\r\ndata: x\r\n\r\nid: 4\ndata: cut'),
  );
  const { ended, heard, lost } = follow(url, 2);
  expect(await ended).toBe('3');
  expect(heard).toEqual([
    ['a', '{"n"\n:1}'],
    ['message', 'x'],
  ]);
  expect(lastIds).toEqual([undefined, '2', '2']);
  expect(lost).toHaveLength(2);
});

test('what the server refuses ends the command with its words', async () => {
  const { url } = await serve((response) =>
    response.writeHead(403).end('{"title":"The API key may not do this","detail":"Use another."}'),
  );
  await expect(follow(url, 1).ended).rejects.toThrow('The API key may not do this (403). Use another.');
});

test('a connection on which nothing comes is given up for a new one', async () => {
  const { url, lastIds } = await serve((response) => void begin(response).write('id: 9\n\n'));
  const stop = new AbortController();
  await followEvents({
    url,
    key: 'hk_key',
    after: undefined,
    silenceMs: 50,
    waitMs: 1,
    onEvent: () => {},
    onLost: () => lastIds.length === 2 && stop.abort(),
    signal: stop.signal,
  });
  expect(lastIds).toEqual([undefined, '9']);
});
