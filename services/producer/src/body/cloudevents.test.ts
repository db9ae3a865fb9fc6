import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { type FieldProblem, parseEvent } from '@herald/publisher/parse-event';
import { renderCloudEvent } from '@herald/webhook/formats/cloudevents';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { announcedForm } from './body-form.ts';
import { cloudEventItem } from './cloudevents.ts';
import { readBody } from './read-body.ts';

const noId = () => {
  throw new Error('the event had an id');
};

/** As ingest does: the item becomes an event of the account, or there are problems by the client's names. */
function eventOf(item: ReturnType<typeof cloudEventItem>): PublicationEvent | FieldProblem[] {
  if (item.problems.length > 0) return [...item.problems];
  const parsed = parseEvent({ ...(item.input as object), account_id: 'acme' }, noId);
  if (parsed.ok) return parsed.event;
  return parsed.problems.map((one) => ({ ...one, field: item.nameOf?.(one.field) ?? one.field }));
}

const envelope = {
  specversion: '1.0',
  id: '018e4a5c-0000-7000-8000-000000000001',
  source: '/projects/spring/channels/c%2F1',
  type: 'publication.published',
  subject: 'post_1',
  time: '2024-03-15T14:30:00Z',
  data: { channel: { type: 'instagram' }, content: { media_type: 'video' } },
};

const fieldsOf = (changed: object) => {
  const event = eventOf(cloudEventItem({ ...envelope, ...changed }, 0, 'acme'));
  return Array.isArray(event) ? event.map(({ field }) => field) : event;
};

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((value) => `x${value}x`);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const url = fc.webUrl({ validSchemes: ['https'] }).filter((value) => value.length < 2_000);

const publicationEvent: fc.Arbitrary<PublicationEvent> = fc.record({
  event_id: fc.uuid(),
  event_type: fc.constantFrom('PUBLISHED', 'FAILED', 'DELETED'),
  occurred_at: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  account_id: fc.constant('acme'),
  project_id: text,
  channel: fc.record({ id: text, type: fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/), name: orNull(text) }),
  publication_id: text,
  content: fc.record({
    media_type: fc.constantFrom('VIDEO', 'PHOTO', 'TEXT'),
    title: orNull(text),
    caption: orNull(text),
    media_urls: fc.array(url, { maxLength: 3 }),
  }),
  status_code: orNull(fc.integer({ min: 100, max: 599 })),
  error_message: orNull(text),
  result: orNull(fc.record({ url: orNull(url), publish_id: orNull(text), post_id: orNull(text) })),
  user_email: fc.constant(null),
  profile_username: fc.constant(null),
  metadata: fc.dictionary(text, text, { maxKeys: 5 }),
  endpoint: fc.constant(null),
});

test('what Herald sends as a CloudEvent it takes back as the same event', () => {
  fc.assert(
    fc.property(publicationEvent, (event) => {
      const rendered = renderCloudEvent(event);
      if (rendered.kind !== 'rendered') throw new Error(rendered.reason);
      const announced = announcedForm(rendered.contentType, undefined);
      expect(announced).toEqual({ ok: true, form: 'cloudevent' });
      const batch = readBody(rendered.body, 'cloudevent', {
        headers: {},
        accountId: 'acme',
        maxBatchEvents: 1,
      });
      expect(batch.ok && batch.items.map(eventOf)).toEqual([event]);
    }),
  );
});

test.each(['binary', 'structured'] as const)(
  'what the CloudEvents SDK sends in %s mode is the event',
  (mode) => {
    const { body, headers } = HTTP[mode](
      new CloudEvent({ ...envelope, subject: 'Été "1"', traceparent: '00-aa-bb-01', priority: 7 }),
    );
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const announced = announcedForm(lower['content-type'], lower['ce-specversion']);
    if (!announced.ok) throw new Error(announced.problem.detail);
    const context = { headers: lower, accountId: 'acme', maxBatchEvents: 1 };
    const batch = readBody(Buffer.from(String(body)), announced.form, context);
    if (!batch.ok) throw new Error(batch.problem.detail);
    expect(batch.items[0]?.traceparent).toBe('00-aa-bb-01');
    expect(batch.items.map(eventOf)).toMatchObject([
      { event_id: envelope.id, publication_id: 'Été "1"', project_id: 'spring', metadata: { priority: '7' } },
    ]);
  },
);

test('attributes and a source of Herald say what data leaves out', () => {
  expect(fieldsOf({})).toMatchObject({
    event_id: envelope.id,
    event_type: 'PUBLISHED',
    occurred_at: Date.UTC(2024, 2, 15, 14, 30),
    publication_id: 'post_1',
    project_id: 'spring',
    channel: { id: 'c/1', type: 'instagram' },
  });
});

test('a foreign source and id are taken: the id of the event is made from both, the same each time', () => {
  const foreign = { id: 'A-1', source: 'https://cms.example.com' };
  const data = { ...envelope.data, project_id: 'spring', channel: { id: 'c1', type: 'x' } };
  const event = fieldsOf({ ...foreign, data }) as PublicationEvent;
  expect(event.event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  expect(fieldsOf({ ...foreign, data })).toEqual(event);
  expect(fieldsOf({ ...foreign, id: 'A-2', data })).not.toMatchObject({ event_id: event.event_id });
});

test('data that came as Base64 is read, and an attribute that is null is one that is not there', () => {
  const { data, ...rest } = envelope;
  const data_base64 = Buffer.from(JSON.stringify(data)).toString('base64');
  const event = eventOf(cloudEventItem({ ...rest, data_base64, dataschema: null, extra: null }, 0, 'acme'));
  expect(event).toMatchObject({ channel: { type: 'instagram' }, metadata: {} });
});

test.each([
  [{ specversion: '0.3' }, ['specversion']],
  [{ id: '', source: 7, type: undefined }, ['id', 'source', 'type']],
  [{ time: undefined }, ['time']],
  [{ time: 'yesterday' }, ['time']],
  [{ subject: undefined }, ['subject']],
  [{ subject: 7 }, ['subject']],
  [{ type: 'publication.liked' }, ['type']],
  [{ type: 'endpoint.failing' }, ['type']],
  [{ source: '/elsewhere' }, ['data.project_id', 'data.channel.id']],
  [{ datacontenttype: 'text/xml' }, ['datacontenttype']],
  [{ data: '<xml/>' }, ['data']],
  [{ data: undefined }, ['data']],
  [{ data_base64: 'e30' + '=', data: undefined }, ['data.channel.type', 'data.content']],
  [{ data_base64: '!!', data: undefined }, ['data_base64']],
  [{ eventType: 'x' }, ['eventType']],
  [{ extension: { a: 1 } }, ['extension']],
  [{ data: { ...envelope.data, publication_id: 'post_2' } }, ['data.publication_id']],
  [{ data: { ...envelope.data, channel: { id: 'c2', type: 'x' } } }, ['data.channel.id']],
  [{ data: { ...envelope.data, occurred_at: '2024-03-15T14:31:00Z' } }, ['data.occurred_at']],
  [{ region: 'eu', data: { ...envelope.data, metadata: { region: 'us' } } }, ['region']],
  [{ data: { ...envelope.data, likes: 7 } }, ['data.likes']],
])('what is wrong is named as the client calls it: %j', (changed, fields) => {
  expect(fieldsOf(changed)).toEqual(fields);
});

test.each([7, null, []])('what is no CloudEvent at all is said to be none: %j', (value) => {
  expect(cloudEventItem(value, 0, 'acme').problems).toMatchObject([
    { field: '', remedy: expect.any(String) },
  ]);
});

test('what has more members than an event is refused as a whole, and a name that every object inherits is a label', () => {
  const strangers = Object.fromEntries(Array.from({ length: 151 }, (_, index) => [`k${index}`, 1]));
  expect(fieldsOf(strangers)).toEqual(['']);
  expect(fieldsOf({ data: { ...envelope.data, ...strangers } })).toEqual(['data']);
  const labelled = { constructor: 'x', data: { ...envelope.data, metadata: { region: 'eu' } } };
  expect(fieldsOf(labelled)).toMatchObject({ metadata: { constructor: 'x', region: 'eu' } });
});

test('the same said in both places is no contradiction', () => {
  const data = {
    ...envelope.data,
    event_id: envelope.id.toUpperCase(),
    occurred_at: '2024-03-15T15:30:00+01:00',
    channel: { id: 'c/1', type: 'x' },
  };
  expect(fieldsOf({ data })).toMatchObject({ event_id: envelope.id });
});
