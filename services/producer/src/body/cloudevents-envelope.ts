import { hasTooManyMembers } from '@herald/publisher/event-shape';
import type { FieldProblem } from '@herald/publisher/parse-event';
import { isObject } from './event-batch.ts';
import { parseJson, textOf } from './json-text.ts';

/** A CloudEvent 1.0 as far as Herald reads one. */
export interface Envelope {
  id: string;
  source: string;
  type: string;
  subject: string | undefined;
  time: string | undefined;
  /** W3C Trace Context, of the extension for distributed tracing. */
  traceparent: string | undefined;
  /** All other extensions, as text. */
  extensions: Readonly<Record<string, string>>;
  data: Readonly<Record<string, unknown>>;
}

export type ReadEnvelope = { ok: true; envelope: Envelope } | { ok: false; problems: FieldProblem[] };

const KNOWN = new Set([
  ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema'],
  ...['data', 'data_base64', 'traceparent'],
]);
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const JSON_TYPE = /^[^/;]+\/(?:[^;]+\+)?json *(?:;.*)?$/i;
const MAX_SHOWN_CHARS = 200;

/** Source: CloudEvents 1.0.2, sections 3 and 4, and its JSON format, sections 2 and 3. */
export function readEnvelope(value: unknown): ReadEnvelope {
  if (!isObject(value)) {
    return refused('', value, 'it is no CloudEvent', 'Give an object with the attributes and data.');
  }
  if (hasTooManyMembers(value)) {
    return refused('', undefined, 'it has too many attributes', 'Put fields of the event into data.');
  }
  // In JSON an attribute that is null is one that is not there.
  const members = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const problems = [...problemsOf(members)];
  const data = dataOf(members);
  if (!data.ok) problems.push(...data.problems);
  if (!data.ok || problems.length > 0) return { ok: false, problems };
  const { id, source, type, subject, time, traceparent } = members as Record<string, string | undefined>;
  return {
    ok: true,
    envelope: {
      ...({ id, source, type } as { id: string; source: string; type: string }),
      subject,
      time,
      traceparent,
      extensions: Object.fromEntries(
        Object.entries(members).flatMap(([name, member]) =>
          KNOWN.has(name) ? [] : [[name, String(member)]],
        ),
      ),
      data: data.value,
    },
  };
}

function* problemsOf(members: Record<string, unknown>): Iterable<FieldProblem> {
  if (members.specversion !== '1.0') {
    yield problem('specversion', members.specversion, 'it is not 1.0', 'Give "1.0".');
  }
  for (const name of ['id', 'source', 'type']) {
    if (typeof members[name] !== 'string' || members[name] === '') {
      yield problem(name, members[name], 'it is missing or not text', 'Give text: CloudEvents requires it.');
    }
  }
  for (const name of ['subject', 'time', 'traceparent']) {
    const member = members[name];
    if (member !== undefined && typeof member !== 'string') {
      yield problem(name, member, 'it is not text', 'Give text, or leave it out.');
    }
  }
  for (const [name, member] of Object.entries(members)) {
    if (KNOWN.has(name)) continue;
    if (!ATTRIBUTE_NAME.test(name)) {
      yield problem(name, member, 'it is no name of an attribute', 'Put fields of the event into data.');
    } else if (!['string', 'number', 'boolean'].includes(typeof member)) {
      yield problem(name, member, 'it is no value of an attribute', 'Give text, a number or a boolean.');
    }
  }
}

type ReadData = { ok: true; value: Record<string, unknown> } | { ok: false; problems: FieldProblem[] };

function dataOf({ data, data_base64, datacontenttype }: Record<string, unknown>): ReadData {
  if (datacontenttype !== undefined && !JSON_TYPE.test(String(datacontenttype))) {
    return refused('datacontenttype', datacontenttype, 'it is not JSON', 'Send data as JSON.');
  }
  const value = data_base64 === undefined ? data : decoded(data_base64);
  const field = data_base64 === undefined ? 'data' : 'data_base64';
  if (hasTooManyMembers(value)) {
    return refused(field, undefined, 'it has too many members', 'Give the fields of one event.');
  }
  if (isObject(value)) return { ok: true, value };
  return refused(field, data_base64 ?? data, 'it is no JSON object', 'Give the fields of the event.');
}

function decoded(base64: unknown): unknown {
  const text = typeof base64 === 'string' ? textOf(Buffer.from(base64, 'base64')) : undefined;
  const parsed = text === undefined ? undefined : parseJson(text);
  return parsed?.ok ? parsed.value : undefined;
}

function refused(...of: Parameters<typeof problem>): { ok: false; problems: FieldProblem[] } {
  return { ok: false, problems: [problem(...of)] };
}

export function problem(field: string, value: unknown, problem: string, remedy: string): FieldProblem {
  return { field, value: JSON.stringify(value)?.slice(0, MAX_SHOWN_CHARS), problem, remedy };
}
