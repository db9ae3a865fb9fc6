import { createDecoder, encoderWithId } from '@herald/contracts/codec';
import { MAX_EVENT_BYTES } from '@herald/contracts/event-size';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import { bodyBytesOf } from '@herald/kafka/record-batch';
import type { EventInput } from '@herald/publisher/event-input';
import { type Preparation, prepareEvent } from '@herald/publisher/prepare-event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimOn, endpointOf, recordOf } from '../../test-support/fakes.ts';
import { receiveDelivery } from '../delivery-lane/task.ts';
import type { Poison } from '../poison.ts';
import { SUBJECTS } from '../subjects.ts';
import { planRoutes, readEvent } from './plan.ts';

const encoder = encoderWithId<PublicationEvent>(1, SUBJECTS.events);
const decoder = createDecoder<PublicationEvent>({
  source: {
    schemaById: async () => ({ kind: 'schema', schema: SUBJECTS.events.schema }),
    idOf: async () => 1,
  },
  subjectSchema: SUBJECTS.events,
});

/** How long the fields of an event are, each up to what the publisher takes of it, and of which character. */
interface Lengths {
  character: string;
  id: number;
  line: number;
  caption: number;
  error: number;
  urls: number;
  url: number;
  entries: number;
  entryName: number;
  entry: number;
}

/** Often at its bound: an event is too large only where several fields are. */
const upTo = (max: number) => fc.oneof(fc.constant(max), fc.nat(max));

const lengths: fc.Arbitrary<Lengths> = fc.record({
  character: fc.constantFrom('a', 'é', '漢', '\u{1f4f7}', '\u0001'),
  id: fc.integer({ min: 1, max: 200 }),
  line: upTo(1_000),
  caption: upTo(20_000),
  error: upTo(20_000),
  urls: upTo(50),
  url: upTo(2_000),
  entries: upTo(50),
  entryName: upTo(990),
  entry: upTo(2_000),
});

function eventOfLengths(of: Lengths): EventInput {
  const text = (chars: number) => of.character.repeat(Math.floor(chars / of.character.length));
  const id = 'i'.repeat(of.id);
  const address = `https://example.com/${'p'.repeat(of.url)}`;
  return {
    event_type: 'publication.published',
    occurred_at: '2024-03-15T14:30:00Z',
    account_id: id,
    project_id: id,
    publication_id: id,
    channel: { id, type: 'instagram', name: text(of.line) },
    content: {
      media_type: 'photo',
      title: text(of.line),
      caption: text(of.caption),
      media_urls: Array.from({ length: of.urls }, () => address),
    },
    error_message: text(of.error),
    metadata: Object.fromEntries(
      Array.from({ length: of.entries }, (_, index) => [`${index}${text(of.entryName)}`, text(of.entry)]),
    ),
  };
}

function prepare(event: EventInput): Preparation {
  return prepareEvent(event, undefined, { encoder, maxEventBytes: MAX_EVENT_BYTES });
}

/** The record as a lane receives it. */
function received(written: OutgoingRecord): LaneRecord {
  const { topic, key, value, headers = {} } = written;
  const record = recordOf({ claim: claimOn(topic), offset: 0, key: String(key), value, headers });
  return { ...record, bytes: bodyBytesOf(written) };
}

/** Of the event that was written, or of its delivery; undefined where the delivery lane has it in the end. */
async function poisonOf(written: OutgoingRecord): Promise<Poison | undefined> {
  const record = received(written);
  const read = readEvent(record, await decoder.decode(record.value));
  if (read.kind === 'poison') return read.poison;
  const { deliveries } = planRoutes(
    record,
    read,
    { endpoints: [{ endpoint: endpointOf(), revision: 1 }], undecided: [], revision: 1 },
    0,
  );
  const receipt = receiveDelivery(received(deliveries[0] as OutgoingRecord));
  return receipt.kind === 'poison' ? receipt.poison : undefined;
}

const LARGEST: Lengths = {
  character: '漢',
  id: 200,
  line: 1_000,
  caption: 20_000,
  error: 20_000,
  urls: 50,
  url: 2_000,
  entries: 50,
  entryName: 990,
  entry: 2_000,
};

test('no event that is accepted is too large to be routed or delivered', async () => {
  await fc.assert(
    fc.asyncProperty(lengths, async (of) => {
      const preparation = prepare(eventOfLengths(of));
      if (!preparation.ok) {
        expect(preparation.problems).toMatchObject([
          { field: '', remedy: expect.stringContaining('524288') },
        ]);
        return;
      }
      expect(await poisonOf(preparation.event.record)).toBeUndefined();
    }),
    { numRuns: 60, examples: [[LARGEST], [{ ...LARGEST, entryName: 0 }]] },
  );
});

test('the largest event that is routed is accepted, and one byte more is not', async () => {
  const ofErrorChars = (chars: number) =>
    prepare({ ...eventOfLengths({ ...LARGEST, entries: 38 }), error_message: 'x'.repeat(chars) });
  const bytesOf = (preparation: Preparation) => bodyBytesOf(written(preparation));
  const most = 10_000 + MAX_EVENT_BYTES - bytesOf(ofErrorChars(10_000));

  const largest = ofErrorChars(most);
  expect(bytesOf(largest)).toBe(MAX_EVENT_BYTES);
  expect(await poisonOf(written(largest))).toBeUndefined();
  expect(ofErrorChars(most + 1)).toMatchObject({
    ok: false,
    problems: [{ problem: 'it has 524289 bytes as it is written' }],
  });
});

function written(preparation: Preparation): OutgoingRecord {
  if (!preparation.ok) throw new Error(JSON.stringify(preparation.problems));
  return preparation.event.record;
}
