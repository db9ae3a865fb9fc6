import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { connectClickHouse } from './client.ts';
import { connectForReads, openHistoryStore } from './history-store.ts';
import { createReader } from './read/reader.ts';

const WITHIN = { timeout: 30_000, interval: 50 };

const scope = { accountId: 'account-1' };
const url = inject('stack').clickhouseUrl;

/** A ClickHouse that takes every query and answers none. */
let hanging: Server;
let asked = 0;
let left = 0;

beforeAll(async () => {
  hanging = createServer((_, response) => {
    asked += 1;
    response.once('close', () => {
      left += 1;
    });
  });
  await new Promise<void>((listening) => hanging.listen(0, '127.0.0.1', listening));
});
afterAll(() => hanging.close());

test('a read is given up when it takes too long, or who waits for it leaves, and then asks nothing more', async () => {
  const { port } = hanging.address() as AddressInfo;
  const history = openHistoryStore({ url: `http://127.0.0.1:${port}`, database: 'herald' });
  const leaving = new AbortController();
  const slow = history.under({ signal: leaving.signal, timeoutMs: 50 });
  await expect(slow.deliveries.list(scope, { limit: 50 })).rejects.toThrow('no answer in 50 ms');
  const patient = history.under({ signal: leaving.signal, timeoutMs: 60_000 });
  const reading = patient.deliveries.list(scope, { limit: 50 });
  await vi.waitFor(() => expect(asked).toBe(2), WITHIN);
  leaving.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  await expect(patient.events.get(scope, 'event-1')).rejects.toThrow('gone');
  await vi.waitFor(() => expect(left).toBe(2), WITHIN);
  expect(asked).toBe(2);
  await history.close();
});

test('an account that asks for more than ClickHouse answers leaves connections for the next one', async () => {
  const { port } = hanging.address() as AddressInfo;
  const history = openHistoryStore({ url: `http://127.0.0.1:${port}`, database: 'herald' });
  const leaving = new AbortController();
  const askedBefore = asked;
  const asking = (accountId: string) =>
    history
      .under({ signal: leaving.signal, timeoutMs: 60_000, accountId })
      .deliveries.list({ accountId }, { limit: 50 });
  const flood = Array.from({ length: 50 }, () => asking('account-1'));
  await vi.waitFor(() => expect(asked - askedBefore).toBe(5), WITHIN);
  const next = asking('account-2');
  await vi.waitFor(() => expect(asked - askedBefore).toBe(6), WITHIN);
  leaving.abort(new Error('gone'));
  await Promise.allSettled([...flood, next]);
  expect(asked - askedBefore).toBe(6);
  await history.close();
});

test('ClickHouse stops the query of a read that was given up', async () => {
  const mark = `given up ${Date.now()}`;
  const operator = connectClickHouse({ url, database: 'default' }, { maxConnections: 1, settings: {} });
  const running = async () => {
    const query =
      "SELECT count() AS queries FROM system.processes WHERE query LIKE {mark:String} AND query NOT LIKE '%processes%'";
    const result = await operator.query({
      query,
      query_params: { mark: `%${mark}%` },
      format: 'JSONEachRow',
    });
    return Number((await result.json<{ queries: string }>())[0]!.queries);
  };
  const client = connectForReads({ url, database: 'default' });
  const leaving = new AbortController();
  const reading = createReader(client, { signal: leaving.signal }).allRows(
    () => `SELECT sleepEachRow(0.1) FROM numbers(600) /* ${mark} */
      SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1`,
    {},
  );
  reading.catch(() => {});
  await vi.waitFor(async () => expect(await running()).toBe(1), WITHIN);
  leaving.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  await vi.waitFor(async () => expect(await running()).toBe(0), WITHIN);
  await Promise.all([operator.close(), client.close()]);
}, 60_000);
