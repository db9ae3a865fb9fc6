import { readdirSync, readFileSync } from 'node:fs';
import { eventTypeOf } from '@herald/contracts/event-type';
import type {
  EventType as EventSymbol,
  PublicationEvent,
} from '@herald/contracts/generated/publication-event';
import type { PayloadFormat } from '@herald/domain/endpoint';
import { EVENT_TYPES, type EventType } from '@herald/domain/event-type';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from '../render.ts';
import { messageSchema } from './messages.ts';

const FORMATS: readonly PayloadFormat[] = ['publication', 'cloudevents', 'upload-post'];
const SYMBOLS: readonly EventSymbol[] = [
  'PUBLISHED',
  'FAILED',
  'DELETED',
  'ENDPOINT_FAILING',
  'ENDPOINT_DISABLED',
];

const examples = new URL('events/', import.meta.resolve('@herald/schemas/examples/README.md'));
const published = readEvent('instagram-video-published');
const notice = readEvent('endpoint-failing').endpoint;

function readEvent(name: string): PublicationEvent {
  return JSON.parse(readFileSync(new URL(`${name}.json`, examples), 'utf8'));
}

/** What is said of a message must be all that is in it: parsing drops what a schema does not name. */
function expectDescribed(event: PublicationEvent, format: PayloadFormat): void {
  const rendered = render(event, format);
  const schema = messageSchema(format, eventTypeOf(event.event_type) as EventType);
  expect(rendered.kind === 'rendered').toBe(schema !== undefined);
  if (rendered.kind !== 'rendered') return;
  const message = JSON.parse(rendered.body.toString());
  expect(schema?.parse(message)).toEqual(message);
}

describe('a message and its schema', () => {
  it('have the same fields in every example', () => {
    for (const file of readdirSync(examples)) {
      for (const format of FORMATS) expectDescribed(readEvent(file.replace('.json', '')), format);
    }
  });

  it('have the same fields for any event, however sparse', () => {
    const optionalText = fc.option(fc.string());
    const events = fc.record({
      symbol: fc.constantFrom(...SYMBOLS),
      occurred_at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
      content: fc.record({
        media_type: fc.constantFrom('VIDEO', 'PHOTO', 'TEXT', 'UNKNOWN' as const),
        title: optionalText,
        caption: optionalText,
        media_urls: fc.array(fc.string(), { maxLength: 2 }),
      }),
      status_code: fc.option(fc.integer({ min: 100, max: 599 })),
      error_message: optionalText,
      result: fc.option(fc.record({ url: optionalText, publish_id: optionalText, post_id: optionalText })),
      metadata: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        fc.string(),
        { maxKeys: 3 },
      ),
    });
    fc.assert(
      fc.property(events, fc.constantFrom(...FORMATS), ({ symbol, ...fields }, format) => {
        const endpoint = symbol.startsWith('ENDPOINT') ? notice : null;
        expectDescribed(
          { ...published, ...fields, event_type: symbol, endpoint } as PublicationEvent,
          format,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('upload-post has no schema for what it cannot say', () => {
    const without = EVENT_TYPES.filter((type) => messageSchema('upload-post', type) === undefined);
    expect(without).toEqual(['publication.deleted', 'endpoint.failing', 'endpoint.disabled']);
  });
});
