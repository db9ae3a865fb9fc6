import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { webhooks } from './express.ts';
import { createReceiver } from './receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = '{"type":"publication.published","timestamp":"2026-03-15T14:30:00.000Z","data":{}}';
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

function post(url: string, body = BODY, signedBody = body): Promise<Response> {
  const sentAt = new Date();
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(SECRET).sign('msg_1', sentAt, signedBody),
      connection: 'close',
    },
  });
}

function app(...before: express.RequestHandler[]) {
  const received = webhooks(createReceiver({ secrets: SECRET }), { maxBodyBytes: 1_000 });
  const application = express();
  for (const each of before) application.use(each);
  application.post('/hook', received, (request, response) => {
    const { message, id } = received.of(request);
    response.json({ id, type: message.type });
  });
  return application;
}

test('express gets the message of a request that is signed', async () => {
  const answer = await post(await listen(app()));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ id: 'msg_1', type: 'publication.published' });
});

test('a body that express.raw() has read is taken as it is', async () => {
  const answer = await post(await listen(app(express.raw({ type: '*/*' }))));
  expect(answer.status).toBe(200);
});

test('what is not signed never reaches the handler, and the answer says why', async () => {
  const answer = await post(await listen(app()), BODY, `${BODY} `);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code: 'wrong_signature' });
});

test('a body above the limit is answered with 413, and not kept', async () => {
  const answer = await post(await listen(app()), JSON.stringify({ text: 'x'.repeat(200_000) }));
  expect(answer.status).toBe(413);
});

test('a parser that was mounted before is named as the mistake', async () => {
  const application = app(express.json());
  let problem = '';
  application.use(
    (error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      problem = error.message;
      response.status(500).end();
    },
  );
  expect((await post(await listen(application))).status).toBe(500);
  expect(problem).toContain('before express.json()');
});

test('a sender that leaves in the middle of its request harms nobody', async () => {
  let calls = 0;
  const received = webhooks(createReceiver({ secrets: SECRET }));
  const arrived = Promise.withResolvers<void>();
  const url = await listen((request, response) => {
    arrived.resolve();
    received(request, response, () => {
      calls += 1;
      response.end(received.of(request).id);
    });
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc');
  await arrived.promise;
  await new Promise((resolve) => socket.once('close', resolve).destroy());
  expect(await (await post(url)).text()).toBe('msg_1');
  expect(calls).toBe(1);
});

test('a limit that is no number is refused at the start', () => {
  const receiver = createReceiver({ secrets: SECRET });
  expect(() => webhooks(receiver, { maxBodyBytes: Number.NaN })).toThrow('maxBodyBytes');
});

test('a plain node:http server needs no framework', async () => {
  const received = webhooks(createReceiver({ secrets: SECRET }));
  const url = await listen((request, response) =>
    received(request, response, () => response.end(received.of(request).message.type)),
  );
  expect(await (await post(url)).text()).toBe('publication.published');
});
