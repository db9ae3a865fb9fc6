import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { PayloadFormat } from '@herald/domain/endpoint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer, render } from './render.ts';

const FORMATS: readonly PayloadFormat[] = ['publication', 'upload-post', 'cloudevents'];
const CONTENT_TYPES = {
  publication: 'application/json',
  'upload-post': 'application/json',
  cloudevents: 'application/cloudevents+json',
};

const eventsFolder = new URL('events/', import.meta.resolve('@herald/schemas/examples/README.md'));
const payloadsFolder = new URL('payloads/', import.meta.resolve('@herald/schemas/examples/README.md'));
const eventNames = readdirSync(fileURLToPath(eventsFolder)).map((name) => name.replace('.json', ''));
const payloadNames = new Set(readdirSync(fileURLToPath(payloadsFolder)));

function readEvent(name: string): PublicationEvent {
  return JSON.parse(readFileSync(new URL(`${name}.json`, eventsFolder), 'utf8'));
}

function bodyOf(event: PublicationEvent, format: PayloadFormat): unknown {
  const rendered = render(event, format);
  if (rendered.kind !== 'rendered') throw new Error(rendered.reason);
  return JSON.parse(rendered.body.toString());
}

const published = readEvent('instagram-video-published');

describe('the example payloads', () => {
  for (const name of eventNames) {
    for (const format of FORMATS) {
      const file = `${name}.${format}.json`;
      if (!payloadNames.has(file)) {
        it(`${name} is not representable in ${format}, as no example says how`, () => {
          expect(render(readEvent(name), format)).toMatchObject({ kind: 'not_representable' });
        });
        continue;
      }
      it(`${name} gives exactly the documented ${format} payload, fields in its order`, () => {
        const golden = JSON.parse(readFileSync(new URL(file, payloadsFolder), 'utf8'));
        expect(render(readEvent(name), format)).toEqual({
          kind: 'rendered',
          contentType: CONTENT_TYPES[format],
          body: Buffer.from(JSON.stringify(golden)),
        });
      });
    }
  }

  it('every payload file belongs to an event and a format, or a kind of chat', () => {
    const bodies = [...FORMATS, 'telegram', 'slack'];
    const possible = new Set(eventNames.flatMap((name) => bodies.map((body) => `${name}.${body}.json`)));
    expect([...payloadNames].filter((name) => !possible.has(name))).toEqual([]);
  });
});

describe('what no example covers', () => {
  it('an event type that only a newer version knows is not representable in any format', () => {
    for (const format of FORMATS) {
      expect(render({ ...published, event_type: 'UNKNOWN' }, format)).toMatchObject({
        kind: 'not_representable',
        reason: expect.stringContaining('UNKNOWN'),
      });
    }
  });

  it('a media kind that only a newer version knows is unknown, or the nearest where a format has none such', () => {
    const of = (media_urls: string[]): PublicationEvent => ({
      ...published,
      content: { ...published.content, media_type: 'UNKNOWN', media_urls },
    });
    expect(bodyOf(of([]), 'upload-post')).toMatchObject({ media_type: 'text' });
    expect(bodyOf(of(['https://cdn.example/1']), 'upload-post')).toMatchObject({ media_type: 'video' });
    expect(bodyOf(of([]), 'publication')).toMatchObject({ data: { content: { media_type: 'unknown' } } });
  });

  it('an upload that failed without a word has error null and success false', () => {
    const event: PublicationEvent = { ...published, event_type: 'FAILED', result: null, error_message: null };
    expect(bodyOf(event, 'upload-post')).toMatchObject({
      result: { success: false, url: null, publish_id: null, post_id: null, error: null },
    });
  });

  it('a left-over error message does not make a published upload look failed', () => {
    const event: PublicationEvent = { ...published, error_message: 'first try timed out' };
    expect(bodyOf(event, 'upload-post')).toMatchObject({ result: { success: true, error: null } });
  });

  it('ids with reserved characters leave the CloudEvents source one path', () => {
    const event: PublicationEvent = {
      ...published,
      project_id: 'a/b?c',
      channel: { ...published.channel, id: 'd#e' },
    };
    expect(bodyOf(event, 'cloudevents')).toMatchObject({ source: '/projects/a%2Fb%3Fc/channels/d%23e' });
  });
});

describe('whatever an event holds', () => {
  const anyText = fc.string({ unit: 'grapheme' });
  const anyEvent = fc.record({
    occurred_at: fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
    caption: anyText,
    error: fc.option(anyText),
    label: anyText,
  });

  it('rendering never throws, and what is rendered reads back as the same texts', () => {
    fc.assert(
      fc.property(anyEvent, fc.constantFrom(...FORMATS), ({ occurred_at, caption, error, label }, format) => {
        const event: PublicationEvent = {
          ...published,
          event_type: 'FAILED',
          occurred_at,
          content: { ...published.content, caption },
          error_message: error,
          metadata: { [label]: label },
        };
        const rendered = render(event, format);
        if (rendered.kind === 'not_representable') {
          expect(rendered.reason).toContain('occurred_at');
          return;
        }
        const text = rendered.body.toString();
        expect(text).toContain(JSON.stringify(caption));
        if (error !== null) expect(text).toContain(JSON.stringify(error));
      }),
    );
  });

  it('a time beyond the calendar is data, not an exception', () => {
    for (const occurred_at of [2 ** 52, -(2 ** 52), Date.parse('9999-12-31T23:59:59.999Z') + 1, Number.NaN]) {
      expect(render({ ...published, occurred_at }, 'publication').kind).toBe('not_representable');
    }
    for (const occurred_at of [0, -1, Date.parse('9999-12-31T23:59:59.999Z')]) {
      expect(render({ ...published, occurred_at }, 'upload-post').kind).toBe('rendered');
    }
  });
});

it('renders an event once in each format, whatever the number of its endpoints', () => {
  const renderOnce = createRenderer();
  const event = readEvent(eventNames[0]!);
  const first = renderOnce(event, 'publication');
  expect(first).toEqual(render(event, 'publication'));
  expect(renderOnce(event, 'publication')).toBe(first);
  expect(renderOnce(event, 'cloudevents')).toEqual(render(event, 'cloudevents'));
  expect(renderOnce({ ...event }, 'publication')).not.toBe(first);
});
