import { expect, test } from 'vitest';
import type { BodyForm } from './body-form.ts';
import type { EventBatch } from './event-batch.ts';
import { readBody } from './read-body.ts';

const read = (body: string | Buffer, form: BodyForm = 'json'): EventBatch =>
  readBody(Buffer.from(body as string), form, { headers: {}, accountId: 'acme', maxBatchEvents: 2 });

function itemsOf(batch: EventBatch) {
  if (!batch.ok) throw new Error(batch.problem.detail);
  return batch.items;
}

test.each([
  ['{"a":1}', true, [{ a: 1 }]],
  ['[{"a":1},{"b":2}]', false, [{ a: 1 }, { b: 2 }]],
  ['{"events":[{"a":1}]}', false, [{ a: 1 }]],
])('the three forms of a JSON body are read: %s', (body, single, inputs) => {
  const batch = read(body);
  expect(batch).toMatchObject({ ok: true, single });
  expect(itemsOf(batch).map(({ input }) => input)).toEqual(inputs);
});

test.each([
  ['', 'json', 422, 'not_events'],
  ['null', 'json', 422, 'not_events'],
  ['"text"', 'json', 422, 'not_events'],
  ['[]', 'json', 422, 'no_events'],
  ['{"events":[]}', 'json', 422, 'no_events'],
  ['{"events":{}}', 'json', 422, 'not_events'],
  ['{"events":[{}],"project_id":"p"}', 'json', 422, 'not_events'],
  ['[1,2,3]', 'json', 413, 'too_many_events'],
  ['{"a":', 'json', 400, 'malformed_json'],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'json', 400, 'malformed_json'],
  ['\n \n', 'ndjson', 422, 'no_events'],
  ['1\n2\n3', 'ndjson', 413, 'too_many_events'],
  ['{}', 'cloudevents_batch', 422, 'not_events'],
  ['[]', 'cloudevents_batch', 422, 'no_events'],
  ['[1,2,3]', 'cloudevents_batch', 413, 'too_many_events'],
  ['{', 'cloudevent', 400, 'malformed_json'],
] as const)('what holds no events is refused with what to do: %s as %s', (body, form, status, code) => {
  const detail = expect.stringMatching(/Send|Put|JSON|UTF-8/);
  expect(read(body, form)).toMatchObject({ ok: false, problem: { status, code, detail } });
});

test('NDJSON is an event a line, whatever ends the lines and whichever are empty', () => {
  const items = itemsOf(read('\uFEFF{"a":1}\r\n\r\n  {"b":"ü"}', 'ndjson'));
  expect(items.map(({ input, place }) => [input, place])).toEqual([
    [{ a: 1 }, { index: 0, line: 1 }],
    [{ b: 'ü' }, { index: 1, line: 3 }],
  ]);
});

test('a line that is not JSON is named by its number and does not hide what the others are', () => {
  const [first, second] = itemsOf(read(`{"a":1}\n{"b":${'x'.repeat(300)}`, 'ndjson'));
  expect(first?.problems).toEqual([]);
  expect(second).toMatchObject({ place: { index: 1, line: 2 }, problems: [{ field: '' }] });
  expect(second?.problems[0]?.value?.length).toBeLessThan(210);
});
