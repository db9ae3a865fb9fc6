import type { Scope } from '../history.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { searchDeliveries } from './delivery-search.ts';
import { endOf, type Place, type Span } from './place.ts';
import type { Reader } from './reader.ts';
import type { Stepped } from './step-back.ts';
import { reachOf, type WordFilter, wordsFilter } from './word-search.ts';

/** Several rows may be of one delivery, and a row may match of a delivery that does not. */
const CANDIDATES_PER_WANTED = 2;
const MAX_CANDIDATES = 10_000;

/** Events, or answers, with the words looked for that a step gathers for each delivery that is wanted. */
const MATCHES_PER_WANTED = 16;
const MAX_MATCHES = 5_000;

/** A row that words are looked for in costs as much as so many others. */
const WORD_ROW_PRICE = 8;

interface StepQuery {
  filter: DeliveryFilter;
  text: string | undefined;
  span: Span;
  wanted: number;
  /** How many times as many candidates as at first are looked at. */
  widening: number;
}

/** Looks through one span of a list, from its newest place on. */
export async function takeStep(
  reader: Reader,
  scope: Scope,
  query: StepQuery,
): Promise<Stepped<Place, Place>> {
  if (query.text === undefined) return search(reader, scope, query, undefined);
  const { filter, text, span, wanted, widening } = query;
  const matches = Math.min(MAX_MATCHES, wanted * MATCHES_PER_WANTED * widening);
  const words = { words: text, filter };
  const reach = await reachOf(reader, scope, words, span, matches);
  const reached = { after: span.after, sinceMs: reach.sinceMs ?? span.sinceMs };
  const step = reach.isEmpty
    ? { found: [], end: endOf(reached.sinceMs), isCut: false, rowsRead: 0 }
    : await search(reader, scope, { ...query, span: reached }, wordsFilter(words, span, reach.names));
  return {
    ...step,
    isCut: step.isCut || reach.sinceMs !== undefined,
    rowsRead: WORD_ROW_PRICE * (step.rowsRead + reach.rowsRead),
  };
}

async function search(
  reader: Reader,
  scope: Scope,
  { filter, span, wanted, widening }: Omit<StepQuery, 'text'>,
  words: WordFilter | undefined,
): Promise<Stepped<Place, Place>> {
  const candidates = Math.min(MAX_CANDIDATES, wanted * CANDIDATES_PER_WANTED * widening);
  const found = await searchDeliveries(reader, scope, { filter, words, span, candidates, wanted });
  return {
    found: found.places,
    end: found.lastCandidate ?? endOf(span.sinceMs),
    isCut: found.lastCandidate !== undefined,
    rowsRead: found.rowsRead,
  };
}
