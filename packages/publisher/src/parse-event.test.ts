import { readdirSync, readFileSync } from 'node:fs';
import { encoderWithId } from '@herald/contracts/codec';
import { eventTypeOf } from '@herald/contracts/event-type';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type EventInput, eventInputSchema, FIELD_REMEDIES } from './event-input.ts';
import { parseEvent } from './parse-event.ts';

const smallest: EventInput = {
  event_type: 'publication.published',
  occurred_at: '2024-03-15T14:30:00.000Z',
  account_id: 'acme',
  project_id: 'spring',
  channel: { id: 'acme-instagram', type: 'instagram' },
  publication_id: 'post_1',
  content: { media_type: 'video' },
};
const EVENT_ID = '018e4a5c-0000-7000-8000-000000000001';
const newEventId = () => EVENT_ID;

function problemsOf(input: unknown) {
  const parsed = parseEvent(input, newEventId);
  if (parsed.ok) throw new Error('it was accepted');
  return parsed.problems;
}

test('what is left out is filled in, so that every field of the record has a value', () => {
  const parsed = parseEvent(smallest, newEventId);
  expect(parsed).toEqual({
    ok: true,
    event: {
      event_id: EVENT_ID,
      event_type: 'PUBLISHED',
      occurred_at: Date.UTC(2024, 2, 15, 14, 30),
      account_id: 'acme',
      project_id: 'spring',
      channel: { id: 'acme-instagram', type: 'instagram', name: null },
      publication_id: 'post_1',
      content: { media_type: 'VIDEO', title: null, caption: null, media_urls: [] },
      status_code: null,
      error_message: null,
      result: null,
      user_email: null,
      profile_username: null,
      metadata: {},
      endpoint: null,
    },
  });
});

const examples = new URL('../../../schemas/examples/events/', import.meta.url);

const ofPublications = readdirSync(examples).filter((name) => !name.startsWith('endpoint-'));

test.each(ofPublications)('the example %s is taken and comes out as it is', (name) => {
  const { endpoint, ...example } = JSON.parse(
    readFileSync(new URL(name, examples), 'utf8'),
  ) as PublicationEvent;
  const { content } = example;
  const input = {
    ...example,
    event_type: eventTypeOf(example.event_type),
    occurred_at: new Date(example.occurred_at),
    content: { ...content, media_type: content.media_type.toLowerCase() },
  };
  expect(parseEvent(input, newEventId)).toEqual({ ok: true, event: { ...example, endpoint } });
});

test.each(['endpoint.failing', 'endpoint.disabled'])('%s is refused: only Herald tells it', (event_type) => {
  expect(parseEvent({ ...smallest, event_type }, newEventId)).toEqual({
    ok: false,
    problems: [
      {
        field: 'event_type',
        value: `"${event_type}"`,
        problem: 'it is an operational event, which only Herald itself produces',
        remedy: 'Give "publication.published" or "publication.failed" or "publication.deleted".',
      },
    ],
  });
});

test('an event id that was given is kept, so that sending again is recognised', () => {
  const event_id = 'A2F1C0DE-6A51-4D0C-9F6A-0B6F3A1E7C42';
  const parsed = parseEvent({ ...smallest, event_id }, () => {
    throw new Error('asked for an id');
  });
  expect(parsed).toMatchObject({ ok: true, event: { event_id: event_id.toLowerCase() } });
});

test.each([
  [new Date('2024-03-15T14:30:00.123Z'), '2024-03-15T14:30:00.123Z'],
  ['2024-03-15T14:30:00.123999Z', '2024-03-15T14:30:00.123Z'],
  ['2024-03-15T14:30:00+02:00', '2024-03-15T12:30:00.000Z'],
])('the time %s is kept to the millisecond, in UTC', (occurred_at, expected) => {
  const parsed = parseEvent({ ...smallest, occurred_at }, newEventId);
  expect(parsed.ok && new Date(parsed.event.occurred_at).toISOString()).toBe(expected);
});

test.each(['2024-03-15T14:30:00.000000', '2024-03-15', 1_710_513_000, new Date(Number.NaN)])(
  'a time that could be read two ways is refused: %s',
  (occurred_at) => {
    expect(problemsOf({ ...smallest, occurred_at })).toEqual([
      expect.objectContaining({ field: 'occurred_at', remedy: expect.stringContaining('with a zone') }),
    ]);
  },
);

test('all problems are told at once, each with field, value, problem and remedy', () => {
  const problems = problemsOf({
    ...smallest,
    event_type: 'published',
    publication_id: ' ',
    channel: { id: 'acme-instagram', type: 'Instagram' },
    content: { media_type: 'video', media_urls: ['https://a.example/1.mp4', 'ftp://a.example/2.mp4'] },
    status_code: '200',
    metadata: { campaign: 7 },
  });
  expect(problems.map(({ field, value }) => [field, value])).toEqual([
    ['event_type', '"published"'],
    ['channel.type', '"Instagram"'],
    ['publication_id', '" "'],
    ['content.media_urls[1]', '"ftp://a.example/2.mp4"'],
    ['status_code', '"200"'],
    ['metadata.campaign', '7'],
  ]);
  expect(problems[0]).toEqual({
    field: 'event_type',
    value: '"published"',
    problem: 'it is none of the three types',
    remedy: 'Give "publication.published" or "publication.failed" or "publication.deleted".',
  });
  expect(problems[3]?.remedy).toContain('http or https URLs');
  expect(problems[5]?.remedy).toContain('texts');
});

test('a missing field is said to be missing', () => {
  const { channel: _, ...withoutChannel } = smallest;
  expect(problemsOf(withoutChannel)).toEqual([
    {
      field: 'channel',
      value: undefined,
      problem: 'it is missing',
      remedy: expect.stringContaining('id, type'),
    },
  ]);
});

test('a field that is not known is refused, since dropping it would lose what it said', () => {
  expect(problemsOf({ ...smallest, content: { media_type: 'photo', captoin: 'x' } })).toEqual([
    expect.objectContaining({
      field: 'content.captoin',
      value: '"x"',
      remedy: expect.stringContaining('metadata'),
    }),
  ]);
});

test.each([[null], [undefined], ['text'], [7], [[]], [10n]])(
  'what is no event at all is a problem, not an exception: %s',
  (input) => {
    expect(problemsOf(input)[0]).toMatchObject({ field: '', remedy: expect.stringContaining('one event') });
  },
);

test('a long value is cut where it is shown', () => {
  const [problem] = problemsOf({ ...smallest, project_id: 'x'.repeat(100_000) });
  expect(problem?.value?.length).toBeLessThan(250);
});

test('half of a surrogate pair is refused, since it has no UTF-8', () => {
  expect(problemsOf({ ...smallest, error_message: 'cut \ud83d' })[0]).toMatchObject({
    field: 'error_message',
  });
});

test('every field has a remedy of its own', () => {
  const fields = Object.entries(eventInputSchema.shape).flatMap(([name, schema]) => [
    name,
    ...Object.keys('shape' in schema ? (schema.shape as object) : {}).map((inner) => `${name}.${inner}`),
  ]);
  expect(fields.filter((field) => !FIELD_REMEDIES[field])).toEqual([]);
});

test('the largest event that is accepted fits a record of its topic', () => {
  const long = (chars: number) => '€'.repeat(chars);
  const parsed = parseEvent(
    {
      ...smallest,
      account_id: long(200),
      channel: { id: long(200), type: 'x'.repeat(50), name: long(1_000) },
      content: {
        media_type: 'video',
        title: long(1_000),
        caption: long(20_000),
        media_urls: Array.from({ length: 50 }, () => `https://a.example/${'x'.repeat(2_030)}`),
      },
      error_message: long(20_000),
      result: { url: null, publish_id: long(1_000), post_id: long(1_000) },
      user_email: long(1_000),
      profile_username: long(1_000),
      metadata: Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`${index}${long(998)}`, long(2_000)]),
      ),
    },
    newEventId,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const encoder = encoderWithId(1, { subject: 'publication.events-value', schema: publicationEventSchema });
  expect(encoder.encode(parsed.event).length).toBeLessThan(1024 * 1024);
});

test('what cannot be an event for its size is refused as a whole, and none of its members is looked at', () => {
  const look = vi.fn();
  const watched = Object.defineProperties(
    {},
    Object.fromEntries(
      Array.from({ length: 151 }, (_, index) => [`k${index}`, { enumerable: true, get: look }]),
    ),
  );
  const media_urls = Object.defineProperty(Array(151).fill(''), 0, { enumerable: true, get: look });
  const parts: [field: string, input: unknown][] = [
    ['', watched],
    ['channel', { ...smallest, channel: watched }],
    ['content', { ...smallest, content: watched }],
    ['content.media_urls', { ...smallest, content: { media_type: 'photo', media_urls } }],
    ['result', { ...smallest, result: watched }],
    ['metadata', { ...smallest, metadata: watched }],
  ];
  for (const [field, input] of parts) {
    expect(problemsOf(input)).toEqual([
      expect.objectContaining({ field, problem: 'it has more than 150 members' }),
    ]);
  }
  expect(look).not.toHaveBeenCalled();
});

test('of one event no more than a hundred problems are worked out', () => {
  const toJSON = vi.fn(() => 'x');
  const strangers = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`k${index}`, { toJSON }]));
  expect(problemsOf({ ...smallest, ...strangers })).toHaveLength(100);
  expect(toJSON).toHaveBeenCalledTimes(100);
});

const labels = fc.uniqueArray(
  fc.tuple(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', '7'), fc.string()), fc.string()),
  { selector: ([name]) => name, maxLength: 8 },
);

test('no label of an event that is accepted is lost; one that cannot be kept is refused by its name', () => {
  fc.assert(
    fc.property(labels, (entries) => {
      const parsed = parseEvent({ ...smallest, metadata: Object.fromEntries(entries) }, newEventId);
      if (entries.some(([name]) => name === '__proto__')) {
        expect(parsed).toMatchObject({ ok: false, problems: [{ field: 'metadata.__proto__' }] });
      } else {
        expect(parsed.ok && new Map(Object.entries(parsed.event.metadata))).toEqual(new Map(entries));
      }
    }),
  );
});

test('the order of its labels does not make it another event: its bytes are the same', () => {
  const encoder = encoderWithId<PublicationEvent>(1, { subject: 's', schema: publicationEventSchema });
  const bytesOf = (entries: [string, string][]) => {
    const parsed = parseEvent({ ...smallest, metadata: Object.fromEntries(entries) }, newEventId);
    return parsed.ok ? encoder.encode(parsed.event).toString('hex') : parsed;
  };
  fc.assert(
    fc.property(labels, fc.infiniteStream(fc.nat()), (entries, order) => {
      const shuffled = entries
        .map((entry) => ({ entry, at: order.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry);
      expect(bytesOf(shuffled)).toEqual(bytesOf(entries));
    }),
  );
});
