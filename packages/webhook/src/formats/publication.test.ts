import { eventField } from '@herald/contracts/event-fields';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { FILTER_FIELDS } from '@herald/domain/filter/fields';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { render } from '../render.ts';

const text = fc.string({ maxLength: 5 });
const textOrNull = fc.option(text);

const anyPublication: fc.Arbitrary<PublicationEvent> = fc.record({
  event_id: text,
  event_type: fc.constantFrom('PUBLISHED', 'FAILED', 'DELETED'),
  occurred_at: fc.integer({ min: 0, max: 4e12 }),
  account_id: text,
  project_id: text,
  channel: fc.record({ id: text, type: text, name: textOrNull }),
  publication_id: text,
  content: fc.record({
    media_type: fc.constantFrom('VIDEO', 'PHOTO', 'TEXT', 'UNKNOWN'),
    title: textOrNull,
    caption: textOrNull,
    media_urls: fc.array(text, { maxLength: 2 }),
  }),
  status_code: fc.option(fc.integer()),
  error_message: textOrNull,
  result: fc.option(fc.record({ url: textOrNull, publish_id: textOrNull, post_id: textOrNull })),
  user_email: textOrNull,
  profile_username: textOrNull,
  metadata: fc.dictionary(fc.constantFrom('team', 'a.b', 'toString'), text),
  endpoint: fc.constant(null),
});

it('each field of a filter is what the message says under its path, and nothing where it says null or an empty list', () => {
  fc.assert(
    fc.property(anyPublication, (event) => {
      const rendered = render(event, 'publication');
      if (rendered.kind !== 'rendered') throw new Error(JSON.stringify(rendered));
      const { type, timestamp, data } = JSON.parse(rendered.body.toString());
      for (const path of FILTER_FIELDS.keys()) {
        const steps = path.split('.');
        const said = steps.reduce((value, step) => value?.[step], { ...data, type, timestamp });
        expect(eventField(event, path), path).toEqual(isNothing(said) ? undefined : said);
      }
      for (const key of ['team', 'a.b', 'toString']) {
        expect(eventField(event, `metadata.${key}`)).toBe(
          Object.hasOwn(data.metadata, key) ? data.metadata[key] : undefined,
        );
      }
    }),
  );
});

it('a time that ISO 8601 cannot write, and a path that is no field, say nothing', () => {
  const [event] = fc.sample(anyPublication, 1) as [PublicationEvent];
  expect(eventField({ ...event, occurred_at: 9e15 }, 'timestamp')).toBeUndefined();
  for (const path of ['', 'metadata.', 'user_email', 'account_id', 'channel', '__proto__']) {
    expect(eventField(event, path)).toBeUndefined();
  }
});

function isNothing(said: unknown): boolean {
  return said === null || said === undefined || (Array.isArray(said) && said.length === 0);
}
