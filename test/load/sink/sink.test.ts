import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markerOf } from '../load-event.ts';
import { type Sink, startSink } from './sink.ts';

let sink: Sink;
const agent = new Agent({ connections: 1 });

beforeAll(async () => {
  sink = await startSink(0);
});
afterAll(async () => {
  await agent.destroy();
  await sink.close();
});

function post(path: string, run: number, seq: number) {
  const body = JSON.stringify({ data: { title: markerOf({ run, seq, project: 'fan' }) } });
  return request(`${sink.url}${path}`, { method: 'POST', body, dispatcher: agent, headersTimeout: 300 });
}

test('what a real client sends is answered 200 over one connection, and counted with its time', async () => {
  await sink.open({ run: 1, events: 3, copies: 2 });
  for (const seq of [0, 1, 2]) {
    const { statusCode, body } = await post('/fan/1', 1, seq);
    expect([statusCode, await body.text()]).toEqual([200, 'ok']);
  }
  expect(await sink.counts(1)).toMatchObject({ expected: 6, arrived: 3, duplicates: 0 });
  const arrivals = await sink.arrivals(1);
  expect([...arrivals].map(Number.isNaN)).toEqual([true, false, true, false, true, false]);
});

test('an endpoint that hangs gets no answer and is not counted, its neighbours are', async () => {
  await sink.open({ run: 2, events: 1, copies: 2 });
  await sink.hang(['/fan/1']);
  await expect(post('/fan/1', 2, 0)).rejects.toThrow('Timeout');
  await post('/fan/0', 2, 0);
  expect(await sink.counts(2)).toMatchObject({ arrived: 1 });
  await sink.hang([]);
  expect((await post('/fan/1', 2, 0)).statusCode).toBe(200);
});

test('a request that belongs to nothing is answered, and told apart', async () => {
  const before = await sink.strays();
  expect((await post('/fan/0', 99, 0)).statusCode).toBe(200);
  expect(await sink.strays()).toBe(before + 1);
});
