import type { Filter } from './filter.ts';
import { type FilterMistake, type Note, parseComparison } from './parse-comparison.ts';

export const MAX_FILTER_DEPTH = 5;
export const MAX_FILTER_NODES = 50;
export const MAX_FILTER_BYTES = 8 * 1024;
const MAX_MISTAKES = 20;

export type ParsedFilter = { ok: true; filter: Filter } | { ok: false; mistakes: readonly FilterMistake[] };

type Path = FilterMistake['path'];

const FORM =
  'Write {"field": …, "op": …, "value": …}, {"and": [ … ]}, {"or": [ … ]} or {"not": { … }}, and nothing beside it.';

/**
 * A filter from JSON that somebody wrote, or its mistakes, at most 20 at once. Gives the same again for what it gave;
 * times come out in UTC. The work is bounded whatever is given: what is deeper than the bound, or beyond the nodes
 * that a filter may have, is not looked at.
 */
export function parseFilter(given: unknown): ParsedFilter {
  const mistakes: FilterMistake[] = [];
  const note: Note = (path, problem, remedy) => {
    if (mistakes.length < MAX_MISTAKES) mistakes.push({ path, problem, remedy });
    return undefined;
  };
  const filter = parseNode(given, [], { note, nodes: 0 });
  if (filter && mistakes.length === 0) {
    const bytes = Buffer.byteLength(JSON.stringify(filter));
    if (bytes <= MAX_FILTER_BYTES) return { ok: true, filter };
    note([], `it has ${bytes} bytes as JSON`, `Keep it within ${MAX_FILTER_BYTES} bytes.`);
  }
  return { ok: false, mistakes };
}

/** A filter as it is stored; undefined for one that this version does not know. */
export function parseFilterText(text: string): Filter | undefined {
  try {
    const parsed = parseFilter(JSON.parse(text));
    return parsed.ok ? parsed.filter : undefined;
  } catch {
    return undefined;
  }
}

interface Parsing {
  note: Note;
  /** How many were looked at. */
  nodes: number;
}

function parseNode(value: unknown, path: Path, parsing: Parsing): Filter | undefined {
  const { note } = parsing;
  parsing.nodes += 1;
  if (parsing.nodes > MAX_FILTER_NODES) {
    const isFirst = parsing.nodes === MAX_FILTER_NODES + 1;
    const remedy = `A filter has at most ${MAX_FILTER_NODES} comparisons, ands, ors and nots.`;
    return isFirst ? note(path, `it is part ${parsing.nodes} of the filter`, remedy) : undefined;
  }
  const depth = 1 + path.filter((step) => typeof step === 'string').length;
  if (depth > MAX_FILTER_DEPTH) {
    return note(
      path,
      `it is nested ${depth} deep`,
      `A filter is at most ${MAX_FILTER_DEPTH} deep: flatten it.`,
    );
  }
  if (!isObject(value)) return note(path, 'it is no JSON object', FORM);
  const keys = Object.keys(value);
  if (keys.includes('field') || keys.includes('op')) return parseComparison(value, path, note);
  const [key] = keys;
  if (keys.length === 1 && key === 'not') {
    const inner = parseNode(value.not, [...path, key], parsing);
    return inner && { not: inner };
  }
  if (keys.length === 1 && (key === 'and' || key === 'or')) {
    const parts = parseParts(value[key], [...path, key], parsing);
    return parts && (key === 'and' ? { and: parts } : { or: parts });
  }
  return note(path, keys.length === 0 ? 'it is empty' : 'it is none of the four forms', FORM);
}

function parseParts(value: unknown, path: Path, parsing: Parsing): Filter[] | undefined {
  const remedy = `List at least one filter: {"${path.at(-1)}": [ … ]}.`;
  if (!Array.isArray(value)) return parsing.note(path, 'it is no list', remedy);
  if (value.length === 0) return parsing.note(path, 'it is empty', remedy);
  // One more than there may be is enough to say so.
  const parts = value
    .slice(0, MAX_FILTER_NODES + 1)
    .map((part, index) => parseNode(part, [...path, index], parsing));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
