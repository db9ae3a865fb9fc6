import { eventInputSchema } from '@herald/publisher/event-input';
import { afterEach, expect, test } from 'vitest';
import { event, startIngest, stopIngests } from '../test-support/held-ingest.ts';

afterEach(stopIngests);

/** A field of an event, or of the request, and what is wrong as its value. */
type BadField = readonly [field: string, value: unknown];

const LONG = 'x'.repeat(201);

/** Each in an event that is right but for it. */
const IN_AN_EVENT: readonly BadField[] = [
  ['event_id', 'nonsense'],
  ['event_type', undefined],
  ['event_type', 'publication.x'],
  ['event_type', 'endpoint.failing'],
  ['occurred_at', 'yesterday'],
  ['occurred_at', 5],
  ['account_id', ''],
  ['project_id', undefined],
  ['project_id', LONG],
  ['project_id', 'a\ud800'],
  ['channel', null],
  ['channel.id', ''],
  ['channel.type', 'Instagram'],
  ['channel.name', 5],
  ['publication_id', 7],
  ['content', 'text'],
  ['content.media_type', 'fax'],
  ['content.title', 'x'.repeat(1_001)],
  ['content.caption', []],
  ['content.media_urls', 'https://example.com'],
  ['status_code', 99],
  ['error_message', false],
  ['result', 'ok'],
  ['result.url', 'ftp://example.com'],
  ['user_email', {}],
  ['profile_username', 1],
  ['metadata', [1]],
  ['colour', 'red'],
  ['constructor', 1],
  ['toString', 1],
];

/** The event with one field, at a path, set or taken away. */
function withField([field, value]: BadField): object {
  const [first, ...rest] = field.split('.') as [string, ...string[]];
  const inner = rest[0];
  if (inner === undefined) return { ...event, [first]: value };
  const outer = (event as Record<string, unknown>)[first] as object | undefined;
  return { ...event, [first]: { ...outer, [inner]: value } };
}

test('every field of an event is wrong at least once below', () => {
  const named = new Set(IN_AN_EVENT.map(([field]) => field.split('.')[0]));
  expect(Object.keys(eventInputSchema.shape).filter((field) => !named.has(field))).toEqual([]);
});

test('a wrong event is told by a problem its place, which field it is and what to do, in each form that events come in', async () => {
  const { kafka, post } = await startIngest();
  const forms = [
    (sent: object) => post(sent),
    (sent: object) => post([event, sent]),
    (sent: object) =>
      post(`${JSON.stringify(event)}\n${JSON.stringify(sent)}`, { 'content-type': 'application/x-ndjson' }),
  ];
  for (const bad of IN_AN_EVENT) {
    for (const [index, send] of forms.entries()) {
      const { status, headers, body } = await send(withField(bad));
      // The account is that of the key, whatever else it may be called.
      const refused = bad[0] === 'account_id' ? 403 : 422;
      expect([status, headers.get('content-type')]).toEqual([
        refused,
        expect.stringContaining('problem+json'),
      ]);
      const named = body.errors.find(({ field }: { field: string }) => field === bad[0]);
      expect(named, `${bad[0]}: ${JSON.stringify(body)}`).toMatchObject({
        index: Math.min(index, 1),
        problem: expect.stringMatching(/./),
        remedy: expect.stringMatching(/./),
      });
      expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:\d/);
    }
  }
  expect(kafka.written).toEqual([]);
});

test.each<[what: string, sent: unknown, headers: Record<string, string>, status: number, field: string]>([
  ['a number', '5', {}, 422, ''],
  ['a text', '"event"', {}, 422, ''],
  ['nothing', '', {}, 422, ''],
  ['no event', [], {}, 422, ''],
  ['no list', { events: 'all' }, {}, 422, 'events'],
  ['a field beside the list', { events: [event], colour: 'red' }, {}, 422, 'colour'],
  ['too many events', Array(11).fill(event), {}, 413, ''],
  ['too much', `"${'x'.repeat(30_000)}"`, {}, 413, ''],
  ['half of it', '{"event_type":', {}, 400, ''],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'Content-Type'],
  ['a type that every object inherits', event, { 'content-type': 'constructor' }, 415, 'Content-Type'],
  ['another charset', event, { 'content-type': 'application/json; charset=latin1' }, 415, 'Content-Type'],
  ['a key of no use', event, { 'idempotency-key': 'x'.repeat(256) }, 400, 'Idempotency-Key'],
  ['empty lines', '\n\n', { 'content-type': 'application/x-ndjson' }, 422, ''],
  ['a line that is cut', '{"a"', { 'content-type': 'application/x-ndjson' }, 422, ''],
  ['no CloudEvent', '5', { 'content-type': 'application/cloudevents+json' }, 422, ''],
  ['no CloudEvents', '{}', { 'content-type': 'application/cloudevents-batch+json' }, 422, ''],
])('a request with %s is told what of it is wrong', async (_, sent, headers, status, field) => {
  const { kafka, post } = await startIngest();
  const answer = await post(sent, headers);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    expect.stringContaining('problem+json'),
  ]);
  expect(answer.body.errors, JSON.stringify(answer.body)).toContainEqual(
    expect.objectContaining({
      field,
      problem: expect.stringMatching(/./),
      remedy: expect.stringMatching(/./),
    }),
  );
  expect(kafka.written).toEqual([]);
});
