import type { FieldProblem } from '@herald/publisher/parse-event';
import type { Problem } from '@herald/service-kit/problem';

/** One event of a request, as it was sent: nothing is known of it but that it stands in its place. */
export interface BatchItem {
  /** What is to become an event. */
  input: unknown;
  place: Place;
  /** What is wrong with its wrapping: with these, `input` is not looked at. */
  problems: readonly FieldProblem[];
  /** W3C Trace Context of this event alone. */
  traceparent?: string;
  /** What the client calls a field of the event; by its own name where this is undefined. */
  nameOf?: (field: string) => string;
}

/** Where the client finds an event: its index, from 0, and in NDJSON its line, from 1. */
export interface Place {
  index: number;
  line?: number;
}

/** A field of one event that is wrong, as a problem's `errors` lists it. */
export type ItemError = Place & FieldProblem;

/** The events of a body; `single` where it is one by its form. */
export type EventBatch =
  | { ok: true; single: boolean; items: readonly BatchItem[] }
  | { ok: false; problem: Problem };

/** What is wrong with the body as a whole, or with one field of what wraps its events. */
export interface BodyMistake {
  /** Empty for the whole. */
  field?: string;
  /** Both are sentences. */
  problem: string;
  remedy: string;
}

export function notABatch(
  code: 'no_events' | 'not_events' | 'too_many_events',
  { field = '', problem, remedy }: BodyMistake,
): EventBatch {
  const status = code === 'too_many_events' ? 413 : 422;
  const errors = [{ in: 'body', field, problem, remedy }];
  const detail = `${problem} ${remedy}`;
  return { ok: false, problem: { status, code, title: 'The body does not hold events', detail, errors } };
}

export function tooManyEvents(maxBatchEvents: number): EventBatch {
  return notABatch('too_many_events', {
    problem: 'There are too many events.',
    remedy: `Send at most ${maxBatchEvents} events in one request.`,
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
