import { expect, test } from 'vitest';
import { parsePart } from '../http/invalid.ts';
import { redriveBody } from './dead-letter-fields.ts';

const ID = '6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42';

function mistakesIn(body: unknown) {
  const parsed = parsePart('body', redriveBody(1_000), body);
  return parsed.ok ? [] : parsed.mistakes;
}

test('what is named by id is sent at once, so that a plan of it or a rate is refused by name', () => {
  expect(mistakesIn({ delivery_ids: [ID], dry_run: false })).toEqual([]);
  expect(mistakesIn({ delivery_ids: [ID], dry_run: true, per_second: 5 })).toMatchObject([
    { field: 'dry_run', value: 'true', remedy: 'Leave it out, or give a filter.' },
    { field: 'per_second', value: '5', remedy: 'Leave it out, or give a filter.' },
  ]);
  expect(mistakesIn({ filter: { endpoint_id: 'ep' }, dry_run: true, per_second: 5 })).toEqual([]);
});

test('dead letters are chosen by the status that they died of, none included, as they are counted by it', () => {
  expect(mistakesIn({ filter: { status: 0 } })).toEqual([]);
  expect(mistakesIn({ filter: { status: 'abc' } })).toMatchObject([{ value: '"abc"' }]);
  expect(mistakesIn({})).toMatchObject([{ problem: 'it needs either delivery_ids or a filter' }]);
});
