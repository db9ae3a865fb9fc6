import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { type Arrival, type Listener, type ListenerOptions, listenForWebhooks } from './listener.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function listen(options: Partial<ListenerOptions> = {}) {
  const arrivals: Arrival[] = [];
  const listener = await listenForWebhooks({
    host: '127.0.0.1',
    port: 0,
    secret: SECRET,
    statusFor: () => 200,
    delayMs: 0,
    onArrival: (arrival) => arrivals.push(arrival),
    ...options,
  });
  open.push(listener);
  return { url: listener.url, arrivals };
}

function message(body: string, signed = body): RequestInit {
  const at = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign('msg_1', at, signed),
  };
  return { method: 'POST', body, headers };
}

test('a signed message is accepted and shown as verified', async () => {
  const { url, arrivals } = await listen();
  expect((await fetch(url, message('{"a":1}'))).status).toBe(200);
  expect(arrivals).toMatchObject([{ body: '{"a":1}', signature: { kind: 'verified' } }]);
});

test('a body that was changed on the way is refused', async () => {
  const { url, arrivals } = await listen();
  expect((await fetch(url, message('{"a":2}', '{"a":1}'))).status).toBe(401);
  expect(arrivals).toMatchObject([{ signature: { kind: 'refused' }, status: 401 }]);
});

test('without a secret nothing is claimed about the signature', async () => {
  const { url, arrivals } = await listen({ secret: undefined, statusFor: () => 503 });
  expect((await fetch(url, message('{}'))).status).toBe(503);
  expect(arrivals).toMatchObject([{ signature: { kind: 'unchecked' }, status: 503 }]);
});
