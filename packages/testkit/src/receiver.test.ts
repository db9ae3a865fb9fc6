import { afterEach, expect, test } from 'vitest';
import { failing, flaky, gone, hanging, resetting } from './behaviour.ts';
import { createReceiver, type Receiver, type ReceiverOptions } from './receiver.ts';

const open: Receiver[] = [];
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close();
});

async function receiverOf(options?: ReceiverOptions): Promise<Receiver> {
  const receiver = await createReceiver(options);
  open.push(receiver);
  return receiver;
}

function post(url: string, webhookId = 'm1', signal?: AbortSignal): Promise<Response> {
  const headers = { 'webhook-id': webhookId, 'herald-attempt': '3' };
  return fetch(url, { method: 'POST', body: '{"a":1}', headers, ...(signal ? { signal } : {}) });
}

test('a request is recorded with what identifies it and with the answer it got', async () => {
  const receiver = await receiverOf();
  await post(`${receiver.url}/hook`);
  expect(receiver.requests).toMatchObject([
    { path: '/hook', webhookId: 'm1', attempt: 3, sighting: 1, body: '{"a":1}', status: 200 },
  ]);
});

test('a flaky receiver fails the first attempts of each message and accepts the next', async () => {
  const receiver = await receiverOf({ behaviour: flaky({ failures: 2 }) });
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await post(receiver.url)).status);
  expect(statuses).toEqual([503, 503, 200]);
});

test('a flaky share is chosen by the message, not by chance', async () => {
  const [one, other] = [await receiverOf(), await receiverOf()];
  for (const receiver of [one, other]) receiver.behave(flaky({ share: 0.5 }));
  const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
  for (const receiver of [one, other]) for (const id of ids) await post(receiver.url, id);
  const statuses = one.requests.map(({ status }) => status);
  expect(other.requests.map(({ status }) => status)).toEqual(statuses);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
});

test('a receiver that is down refuses, and is back at the same address', async () => {
  const receiver = await receiverOf();
  await receiver.goDown();
  await expect(post(receiver.url)).rejects.toThrow();
  await receiver.comeBack();
  expect((await post(receiver.url)).status).toBe(200);
  expect(receiver.requests).toHaveLength(1);
});

test('a request whose signature does not verify is answered 401 and never accepted', async () => {
  const receiver = await receiverOf({ verify: () => false });
  expect((await post(receiver.url)).status).toBe(401);
  expect(receiver.requests).toMatchObject([{ status: 401 }]);
});

test('a request that is never answered, or reset, is recorded without a status', async () => {
  const receiver = await receiverOf({ behaviour: hanging() });
  await expect(post(receiver.url, 'hung', AbortSignal.timeout(100))).rejects.toThrow();
  receiver.behave(resetting());
  await expect(post(receiver.url, 'reset')).rejects.toThrow();
  expect(receiver.requests).toMatchObject([
    { webhookId: 'hung', status: undefined },
    { webhookId: 'reset', status: undefined },
  ]);
});

test('what does not fit into the record is refused, not left out of it quietly', async () => {
  const receiver = await receiverOf({ maxRequests: 1, maxBodyBytes: 100, behaviour: failing() });
  await post(receiver.url);
  expect((await post(receiver.url)).status).toBe(507);
  const tooLarge = await fetch(receiver.url, { method: 'POST', body: 'x'.repeat(101) }).catch(
    () => undefined,
  );
  expect(tooLarge?.status ?? 413).toBe(413);
  receiver.behave(gone());
  expect(receiver.requests).toHaveLength(1);
});
