import { eventTypeSymbol } from '@herald/contracts/event-type';
import type { MediaType, PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { z } from 'zod';
import { eventInputSchema, FIELD_REMEDIES } from './event-input.ts';
import { oversizedParts, unkeepableLabel } from './event-shape.ts';

/** One thing that is wrong with an event, in a form that a caller can show to a person. */
export interface FieldProblem {
  /** Path from the event's root, e.g. `content.media_urls[2]`; empty for the event itself. */
  field: string;
  /** The value as JSON, cut at 200 characters; undefined where there is none. */
  value: string | undefined;
  problem: string;
  remedy: string;
}

export type ParsedEvent = { ok: true; event: PublicationEvent } | { ok: false; problems: FieldProblem[] };

/** Of one event; what is beyond is not worked out either. */
const MAX_PROBLEMS = 100;

/**
 * Pure: what is left out is filled in, all problems are told at once. `newEventId` is asked only where there is none.
 * The labels are in the order of their names, so that the same event has the same bytes.
 */
export function parseEvent(input: unknown, newEventId: () => string): ParsedEvent {
  const oversized = oversizedParts(input);
  if (oversized.length > 0) return { ok: false, problems: oversized };
  const parsed = eventInputSchema.safeParse(input);
  const unkeepable = unkeepableLabel(input);
  if (!parsed.success || unkeepable.length > 0) {
    const issues = parsed.error?.issues.slice(0, MAX_PROBLEMS) ?? [];
    const problems = [...unkeepable, ...issues.flatMap((issue) => problemsOf(issue, input))];
    return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  }
  const { event_id, event_type, content, metadata, ...rest } = parsed.data;
  return {
    ok: true,
    event: {
      ...rest,
      event_id: event_id ?? newEventId(),
      event_type: eventTypeSymbol(event_type),
      content: { ...content, media_type: content.media_type.toUpperCase() as MediaType },
      metadata: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
      endpoint: null,
    },
  };
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_PROBLEMS).map((key) => ({
      field: pathOf([...issue.path, key]),
      value: shown(valueAt(input, [...issue.path, key])),
      problem: 'no such field is known',
      remedy: 'Check its spelling; labels of your own go into metadata.',
    }));
  }
  const value = valueAt(input, issue.path);
  return [
    {
      field: pathOf(issue.path),
      value: shown(value),
      problem: value === undefined ? 'it is missing' : problemText(issue),
      remedy: `Give ${remedyFor(issue.path)}.`,
    },
  ];
}

/** zod's own texts speak of types only; those of the schema begin with "it". */
function problemText(issue: z.core.$ZodIssue): string {
  return issue.message.startsWith('it ') ? issue.message : 'it has the wrong type';
}

function remedyFor(path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const remedy = FIELD_REMEDIES[path.slice(0, length).join('.')];
    if (remedy) return remedy;
  }
  return FIELD_REMEDIES[''] as string;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
}

const MAX_SHOWN_CHARS = 200;

function shown(value: unknown): string | undefined {
  if (value instanceof Date) return String(value);
  const json: string | undefined = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  if (json === undefined || json.length <= MAX_SHOWN_CHARS) return json;
  return `${json.slice(0, MAX_SHOWN_CHARS)}…`;
}
