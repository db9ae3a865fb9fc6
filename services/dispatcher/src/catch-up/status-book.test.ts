import type { EndpointStatus } from '@herald/registry/endpoint-status';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createStatusBook } from './status-book.ts';
import { nothingDecided } from './status-changes.ts';

function bookOf() {
  const table = new Map<string, EndpointStatus>();
  const writes: { status: EndpointStatus | undefined; acknowledge: () => void }[] = [];
  let hear: (id: string, now: EndpointStatus | undefined) => void = () => {};
  const write = (status: EndpointStatus | undefined) =>
    new Promise<void>((acknowledge) => writes.push({ status, acknowledge }));
  const book = createStatusBook({
    statuses: {
      get: (id) => table.get(id),
      onChange(listener) {
        hear = listener;
        return () => {};
      },
    },
    writer: { put: write, delete: () => write(undefined) },
    onFatal: (error) => {
      throw error;
    },
  });
  const read = (status: EndpointStatus) => {
    table.set(status.endpointId, status);
    hear(status.endpointId, status);
  };
  const acknowledge = async (n: number) => {
    writes[n]!.acknowledge();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { book, writes, read, acknowledge };
}

function statusOf(releasedTo: number): EndpointStatus {
  return { ...nothingDecided({ endpoint: endpointOf(), revision: 5 }, 1_000), releasedTo };
}

test('what is decided while a write is under way goes with the next, and with it what was decided in between', async () => {
  const { book, writes, acknowledge } = bookOf();
  for (const releasedTo of [1, 2, 3]) {
    book.decide(statusOf(releasedTo));
    book.write('ep1');
  }
  expect(writes.map(({ status }) => status?.releasedTo)).toEqual([1]);
  await acknowledge(0);
  expect(writes.map(({ status }) => status?.releasedTo)).toEqual([1, 3]);
  expect(writes[1]!.status!.updatedAtMs).toBeGreaterThan(writes[0]!.status!.updatedAtMs);
});

test('who waits for a decision hears of it when that is acknowledged, not when one before is', async () => {
  const { book, acknowledge } = bookOf();
  const heard: string[] = [];
  book.decide(statusOf(1));
  book.whenRecorded('ep1', () => heard.push('first'));
  book.decide(statusOf(2));
  book.whenRecorded('ep1', () => heard.push('second'));
  expect(heard).toEqual([]);
  await acknowledge(0);
  expect(heard).toEqual(['first']);
  await acknowledge(1);
  expect(heard).toEqual(['first', 'second']);
  book.whenRecorded('ep1', () => heard.push('at once'));
  expect(heard).toHaveLength(3);
});

test('an echo of an earlier write does not count against what was decided since', async () => {
  const { book, writes, read, acknowledge } = bookOf();
  book.decide(statusOf(1));
  book.write('ep1');
  await acknowledge(0);
  book.decide(statusOf(2));
  read(writes[0]!.status!);
  expect(book.get('ep1')?.releasedTo).toBe(2);
});

test('nobody waits for ever for a decision that has become another owner’s', () => {
  const { book, read } = bookOf();
  const heard: string[] = [];
  book.decide(statusOf(1));
  book.whenRecorded('ep1', () => heard.push('recorded'));
  book.decide(statusOf(2));
  book.whenRecorded('ep1', () => heard.push('recorded'));
  book.handOver('ep1');
  expect(heard).toHaveLength(2);
  read({ ...statusOf(7), updatedAtMs: 500 });
  expect(book.get('ep1')?.releasedTo).toBe(7);
});
