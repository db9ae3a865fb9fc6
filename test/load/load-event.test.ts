import { parseEvent } from '@herald/publisher/parse-event';
import { expect, test } from 'vitest';
import { EVENT_BYTES, eventInputOf, findMarker } from './load-event.ts';

const EVENT = { run: 3, seq: 12_345, project: 'many-7' };

test('an event is one that the publisher takes, of 1 KB as JSON', () => {
  const input = eventInputOf(EVENT, new Date());
  expect(parseEvent(input, () => 'id').ok).toBe(true);
  expect(JSON.stringify(input)).toHaveLength(EVENT_BYTES);
});

test('the sink knows an event again in whatever JSON a sender wraps it', () => {
  const body = JSON.stringify({ data: JSON.stringify({ nested: eventInputOf(EVENT, new Date()) }) });
  expect(findMarker(Buffer.from(body))).toEqual(EVENT);
});

test.each(['', '{}', 'bench:', 'bench:1', 'bench:1:2', 'bench:1;', `bench:${'x'.repeat(200)};`])(
  'a body without a whole marker is no event: %s',
  (body) => {
    expect(findMarker(Buffer.from(body))).toBeUndefined();
  },
);
