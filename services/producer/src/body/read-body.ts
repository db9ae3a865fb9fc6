import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '@herald/service-kit/problem';
import type { BodyForm } from './body-form.ts';
import { cloudEventItem } from './cloudevents.ts';
import { binaryEnvelope } from './cloudevents-binary.ts';
import { type EventBatch, notABatch, tooManyEvents } from './event-batch.ts';
import { readJsonBody } from './json-body.ts';
import { type ParsedJson, parseJson, textOf } from './json-text.ts';
import { readNdjson } from './ndjson.ts';

export interface BodyContext {
  /** Looked at for the binary mode of CloudEvents only. */
  headers: IncomingHttpHeaders;
  accountId: string;
  maxBatchEvents: number;
}

/** The events of a body in any of its forms. */
export function readBody(raw: Buffer, form: BodyForm, context: BodyContext): EventBatch {
  const { headers, accountId, maxBatchEvents } = context;
  const text = textOf(raw);
  if (text === undefined) return { ok: false, problem: malformed('It is not UTF-8') };
  if (form === 'ndjson') return readNdjson(text, maxBatchEvents);
  const parsed: ParsedJson = text === '' ? { ok: true, value: undefined } : parseJson(text);
  if (!parsed.ok) return { ok: false, problem: malformed(parsed.detail) };
  switch (form) {
    case 'json':
      return readJsonBody(parsed.value, maxBatchEvents);
    case 'cloudevent':
      return one(parsed.value, accountId);
    case 'cloudevent_binary':
      return one(binaryEnvelope(headers, parsed.value), accountId);
    case 'cloudevents_batch':
      return cloudEventsBatch(parsed.value, context);
  }
}

function one(envelope: unknown, accountId: string): EventBatch {
  return { ok: true, single: true, items: [cloudEventItem(envelope, 0, accountId)] };
}

function cloudEventsBatch(body: unknown, { accountId, maxBatchEvents }: BodyContext): EventBatch {
  if (!Array.isArray(body)) {
    return notABatch('not_events', {
      problem: 'The body is not an array.',
      remedy: 'Send an array of CloudEvents.',
    });
  }
  if (body.length === 0) {
    return notABatch('no_events', { problem: 'The list of events is empty.', remedy: 'Send at least one.' });
  }
  if (body.length > maxBatchEvents) return tooManyEvents(maxBatchEvents);
  const items = body.map((envelope, index) => cloudEventItem(envelope, index, accountId));
  return { ok: true, single: false, items };
}

function malformed(detail: string): Problem {
  return {
    status: 400,
    code: 'malformed_json',
    title: 'The body is not JSON',
    detail: `${detail}.`,
    errors: [{ in: 'body', field: '', problem: detail, remedy: 'Send JSON in UTF-8.' }],
  };
}
