import type { Decoded } from '@herald/contracts/codec';
import { expect, test } from 'vitest';
import { createRecentEvents } from './recent-events.ts';

function counting(bounds = { maxEvents: 2, maxRecordBytes: 100 }) {
  const decodedTexts: string[] = [];
  const decode = (bytes: Buffer | null): Decoded<string> => {
    decodedTexts.push(String(bytes));
    return { ok: true, value: String(bytes) };
  };
  return { decodedTexts, eventOf: createRecentEvents({ decode }, bounds) };
}

test('an event of the same bytes is decoded once, and is the same for all its deliveries', () => {
  const { decodedTexts, eventOf } = counting();
  const first = eventOf('e1', Buffer.from('one'));
  expect(eventOf('e1', Buffer.from('one'))).toBe(first);
  expect(decodedTexts).toEqual(['one']);
});

test('another content under the same id is another event', () => {
  const { eventOf } = counting();
  eventOf('e1', Buffer.from('one'));
  expect(eventOf('e1', Buffer.from('two'))).toMatchObject({ value: 'two' });
  expect(eventOf('e1', null)).toMatchObject({ value: 'null' });
});

test('no more events are remembered than the bound, the newest ones, and no large ones', () => {
  const { decodedTexts, eventOf } = counting({ maxEvents: 2, maxRecordBytes: 3 });
  for (const text of ['one', 'two', 'six', 'three', 'three', 'six', 'two', 'one']) {
    eventOf(text, Buffer.from(text));
  }
  expect(decodedTexts).toEqual(['one', 'two', 'six', 'three', 'three', 'one']);
});

test('what has to wait for the schema registry is not remembered: it may fail', async () => {
  let asked = 0;
  const decode = async (): Promise<Decoded<string>> => ({ ok: true, value: String(++asked) });
  const eventOf = createRecentEvents({ decode }, { maxEvents: 2, maxRecordBytes: 100 });
  await eventOf('e1', Buffer.from('one'));
  expect(await eventOf('e1', Buffer.from('one'))).toMatchObject({ value: '2' });
});
