import type { Row } from '@herald/clickhouse/rows/row-maker';
import type { LaneRecord } from '@herald/kafka/record';
import { expect, test } from 'vitest';
import { aRecord } from '../test-support/records.ts';
import type { Entry } from './collector.ts';
import { createLogHandler } from './log-handler.ts';

function handlerWith(rowOf: (record: LaneRecord) => Row | Promise<Row>, maxHeldBytes = 10_000) {
  const calls: string[] = [];
  const added: Entry[] = [];
  const writer = { add: (entry: Entry) => added.push(entry), flush: async () => calls.push('flush') };
  const handler = createLogHandler({
    rowOf,
    writers: { events: writer, routes: writer, attempts: writer, poison: writer } as never,
    lane: { pause: () => calls.push('pause'), resume: () => calls.push('resume') },
    maxHeldBytes,
    onFatal: (error) => calls.push(`fatal: ${error}`),
  });
  return { handler, calls, added };
}

const aRow: Row = { table: 'attempts', bytes: Buffer.from('row') };

test('while ClickHouse is away memory is bounded: fetching stops at the bound and goes on at half of it', () => {
  const { handler, calls } = handlerWith(() => aRow);
  const records = Array.from({ length: 6 }, (_, offset) => aRecord({ offset, bytes: 1_000 }));
  for (const record of records) handler.receive(record);
  expect(calls).toEqual(['pause']);
  for (const record of records.slice(0, 3)) handler.settled(record);
  expect(calls).toEqual(['pause']);
  handler.settled(records[3]!);
  expect(calls).toEqual(['pause', 'resume']);
  for (const record of records.slice(4)) handler.settled(record);
  expect(handler.heldBytes).toBe(0);
});

test('a record whose schema is not known yet holds up no other', async () => {
  const late = Promise.withResolvers<Row>();
  const { handler, added } = handlerWith((record) => (record.offset === 0 ? late.promise : aRow));
  handler.receive(aRecord({ offset: 0 }));
  handler.receive(aRecord({ offset: 1 }));
  expect(added.map(({ record }) => record.offset)).toEqual([1]);
  late.resolve(aRow);
  await late.promise;
  expect(added.map(({ record }) => record.offset)).toEqual([1, 0]);
});
