import type { Encoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import type { OutgoingRecord } from '@herald/kafka/record';
import { bodyBytesOf } from '@herald/kafka/record-batch';
import { uuidv7 } from './event-id.ts';
import { type FieldProblem, parseEvent } from './parse-event.ts';

/** An event that needs nothing more than to be written: well-formed, encoded, and of a size that is routed. */
export interface PreparedEvent {
  eventId: string;
  record: OutgoingRecord & { value: Buffer };
}

export type Preparation = { ok: true; event: PreparedEvent } | { ok: false; problems: FieldProblem[] };

export interface PrepareOptions {
  encoder: Encoder<PublicationEvent>;
  /** Of one event's record. */
  maxEventBytes: number;
}

/** Without I/O. `traceparent` becomes a header of the record. */
export function prepareEvent(
  input: unknown,
  traceparent: string | undefined,
  { encoder, maxEventBytes }: PrepareOptions,
): Preparation {
  const parsed = parseEvent(input, uuidv7);
  if (!parsed.ok) return parsed;
  const record = recordOf(parsed.event, encoder, traceparent);
  const bytes = bodyBytesOf(record);
  if (bytes > maxEventBytes) return { ok: false, problems: [tooLarge(bytes, maxEventBytes)] };
  return { ok: true, event: { eventId: parsed.event.event_id, record } };
}

function recordOf(
  event: PublicationEvent,
  encoder: Encoder<PublicationEvent>,
  traceparent: string | undefined,
): PreparedEvent['record'] {
  const record = { topic: TOPICS.events, key: event.publication_id, value: encoder.encode(event) };
  return traceparent === undefined ? record : { ...record, headers: { traceparent } };
}

function tooLarge(bytes: number, maxEventBytes: number): FieldProblem {
  return {
    field: '',
    value: undefined,
    problem: `it has ${bytes} bytes as it is written`,
    remedy: `Send at most ${maxEventBytes} bytes: shorten its texts, or give addresses in their place.`,
  };
}
