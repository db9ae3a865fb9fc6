import type { Filter } from './filter.ts';
import {
  type ComparisonParsing,
  type FilterBounds,
  type FilterMistake,
  type Note,
  parseComparison,
} from './parse-comparison.ts';

export const MAX_FILTER_DEPTH = 5;
export const MAX_FILTER_NODES = 50;
export const MAX_FILTER_BYTES = 8 * 1024;
const MAX_IN_VALUES = 100;
const MAX_VALUE_CHARS = 500;
const MAX_MISTAKES = 20;

const WRITTEN: FilterBounds = {
  depth: MAX_FILTER_DEPTH,
  nodes: MAX_FILTER_NODES,
  bytes: MAX_FILTER_BYTES,
  inValues: MAX_IN_VALUES,
  valueChars: MAX_VALUE_CHARS,
};

/** What is stored was within the bounds of its day: should they become narrower, it still means what it meant. */
const STORED: FilterBounds = {
  depth: Infinity,
  nodes: Infinity,
  bytes: Infinity,
  inValues: Infinity,
  valueChars: Infinity,
};

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
  return parseWithin(WRITTEN, given);
}

/** A filter as it is stored, however large; undefined for one that this version does not know. */
export function parseFilterText(text: string): Filter | undefined {
  try {
    const parsed = parseWithin(STORED, JSON.parse(text));
    return parsed.ok ? parsed.filter : undefined;
  } catch {
    return undefined;
  }
}

function parseWithin(bounds: FilterBounds, given: unknown): ParsedFilter {
  const mistakes: FilterMistake[] = [];
  const note: Note = (path, problem, remedy) => {
    if (mistakes.length < MAX_MISTAKES) mistakes.push({ path, problem, remedy });
    return undefined;
  };
  const filter = parseNode(given, [], { note, bounds, nodes: 0 });
  if (filter && mistakes.length === 0) {
    const bytes = Buffer.byteLength(JSON.stringify(filter));
    if (bytes <= bounds.bytes) return { ok: true, filter };
    note([], `it has ${bytes} bytes as JSON`, `Keep it within ${bounds.bytes} bytes.`);
  }
  return { ok: false, mistakes };
}

interface Parsing extends ComparisonParsing {
  /** How many were looked at. */
  nodes: number;
}

function parseNode(value: unknown, path: Path, parsing: Parsing): Filter | undefined {
  const { note, bounds } = parsing;
  parsing.nodes += 1;
  if (parsing.nodes > bounds.nodes) {
    const isFirst = parsing.nodes === bounds.nodes + 1;
    const remedy = `A filter has at most ${bounds.nodes} comparisons, ands, ors and nots.`;
    return isFirst ? note(path, `it is part ${parsing.nodes} of the filter`, remedy) : undefined;
  }
  const depth = 1 + path.filter((step) => typeof step === 'string').length;
  if (depth > bounds.depth) {
    return note(path, `it is nested ${depth} deep`, `A filter is at most ${bounds.depth} deep: flatten it.`);
  }
  if (!isObject(value)) return note(path, 'it is no JSON object', FORM);
  const keys = Object.keys(value);
  if (keys.includes('field') || keys.includes('op')) return parseComparison(value, path, parsing);
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
    .slice(0, parsing.bounds.nodes + 1)
    .map((part, index) => parseNode(part, [...path, index], parsing));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
