import type { InsertResult } from '@herald/clickhouse/inserter';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { aRecord } from '../test-support/records.ts';
import type { Entry } from './collector.ts';
import { createTableWriter, type TableWriter } from './table-writer.ts';

/** ClickHouse as the writer meets it: rows are one byte, their number. */
class Server {
  readonly inserts: number[][] = [];
  readonly settled: number[] = [];
  readonly refused: number[] = [];
  answer: (rows: number[]) => Promise<InsertResult> | InsertResult = () => ({ kind: 'inserted' });
  failures = 0;

  writer(bounds: Partial<{ maxRows: number; maxBytes: number; flushMs: number }> = {}): TableWriter {
    return createTableWriter({
      maxRows: 100,
      maxBytes: 1_000,
      flushMs: 1_000,
      ...bounds,
      insert: async (rows) => {
        const numbers = rows.map((row) => row[0]!);
        this.inserts.push(numbers);
        return this.answer(numbers);
      },
      onSettled: (entries) => this.settled.push(...entries.map(numberOf)),
      onRefused: (entry) => this.refused.push(numberOf(entry)),
      onInserted: () => {},
      onFailed: () => {
        this.failures += 1;
      },
      now: Date.now,
      random: () => 1,
    });
  }
}

function row(number: number, isCurrent = () => true): Entry {
  return { record: aRecord({ offset: number }, isCurrent), bytes: Buffer.from([number]) };
}

function numberOf({ bytes }: Entry): number {
  return bytes[0]!;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('rows wait for each other, but no longer than the flush time', async () => {
  const server = new Server();
  const writer = server.writer();
  writer.add(row(1));
  await vi.advanceTimersByTimeAsync(900);
  writer.add(row(2));
  expect(server.inserts).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(server.inserts).toEqual([[1, 2]]);
  expect(server.settled).toEqual([1, 2]);
  writer.add(row(3));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.inserts).toEqual([[1, 2], [3]]);
});

test('enough rows for one insert do not wait', async () => {
  const server = new Server();
  const writer = server.writer({ maxRows: 2 });
  for (const number of [1, 2, 3]) writer.add(row(number));
  await vi.advanceTimersByTimeAsync(0);
  expect(server.inserts).toEqual([[1, 2]]);
});

test('rows are settled after the acknowledgement, never before, and one insert is under way at a time', async () => {
  const server = new Server();
  const first = Promise.withResolvers<InsertResult>();
  server.answer = ([number]) => (number === 1 ? first.promise : { kind: 'inserted' });
  const writer = server.writer({ maxRows: 1 });
  writer.add(row(1));
  writer.add(row(2));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.inserts).toEqual([[1]]);
  expect(server.settled).toEqual([]);
  expect(writer.pendingRows).toBe(2);
  first.resolve({ kind: 'inserted' });
  await vi.advanceTimersByTimeAsync(0);
  expect(server.settled).toEqual([1, 2]);
  expect(writer.pendingRows).toBe(0);
});

test('the same rows are tried again, with growing pauses, until ClickHouse takes them', async () => {
  const server = new Server();
  let isAway = true;
  server.answer = () => {
    if (isAway) throw new Error('connection refused');
    return { kind: 'inserted' };
  };
  const writer = server.writer();
  writer.add(row(1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.failures).toBeGreaterThan(5);
  expect(server.failures).toBeLessThan(15);
  expect(writer.failure).toMatchObject({ error: new Error('connection refused') });
  expect(server.settled).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.settled).toEqual([1]);
  expect(writer.failure).toBeUndefined();
});

test('a refused batch is halved until the rows at fault stand alone; all others are inserted', async () => {
  const server = new Server();
  const bad = new Set([3, 4, 17]);
  server.answer = (rows) =>
    rows.some((number) => bad.has(number)) ? { kind: 'refused', detail: 'bad' } : { kind: 'inserted' };
  const writer = server.writer();
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  for (const number of numbers) writer.add(row(number));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.refused).toEqual([3, 4, 17]);
  expect(server.settled.toSorted((a, b) => a - b)).toEqual(numbers.filter((number) => !bad.has(number)));
  expect(writer.pendingRows).toBe(0);
});

test('rows of a partition that was lost are left out of the next try', async () => {
  const server = new Server();
  let isOurs = true;
  server.answer = (rows) => {
    if (rows.length > 1) throw new Error('away');
    return { kind: 'inserted' };
  };
  const writer = server.writer();
  writer.add(row(1, () => isOurs));
  writer.add(row(2));
  await vi.advanceTimersByTimeAsync(1_000);
  isOurs = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.inserts.at(-1)).toEqual([2]);
  expect(server.settled).toEqual([1, 2]);
});

test('a flush inserts at once and waits for the acknowledgement', async () => {
  const server = new Server();
  const writer = server.writer({ maxRows: 2 });
  for (const number of [1, 2, 3]) writer.add(row(number));
  expect(await writer.flush()).toBe(true);
  expect(server.settled).toEqual([1, 2, 3]);
});

test('a flush does not wait for a server that is away, and says that it is not done', async () => {
  const server = new Server();
  server.answer = () => {
    throw new Error('away');
  };
  const writer = server.writer();
  writer.add(row(1));
  expect(await writer.flush()).toBe(false);
  expect(server.failures).toBe(1);
  expect(await writer.flush()).toBe(false);
  writer.close();
});

test('after closing nothing is tried any more', async () => {
  const server = new Server();
  server.answer = () => {
    throw new Error('away');
  };
  const writer = server.writer();
  writer.add(row(1));
  await vi.advanceTimersByTimeAsync(2_000);
  writer.close();
  const tries = server.inserts.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.inserts).toHaveLength(tries);
  expect(server.settled).toEqual([]);
});
