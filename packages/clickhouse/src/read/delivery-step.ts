import type { Scope } from '../history.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { searchDeliveries } from './delivery-search.ts';
import { endOf, type Place } from './place.ts';
import type { Reader } from './reader.ts';
import type { Step, Stepped } from './step-back.ts';
import { gatherNames, namesOf } from './word-names.ts';
import { type WordFilter, wordsFilter } from './word-search.ts';

/** Several rows may be of one delivery. */
const CANDIDATES_PER_WANTED = 2;
/** And a row may match of a delivery that does not: a further step for what is then missing is dearer than these. */
const CANDIDATES_TO_JUDGE_PER_WANTED = 4;
const MAX_CANDIDATES = 10_000;

/** Events, or answers, with the words looked for that a step gathers for each delivery that is wanted. */
const MATCHES_PER_WANTED = 16;
const MAX_MATCHES = 5_000;

/** A row that words are looked for in costs as much as so many others. */
const WORD_ROW_PRICE = 8;

/** Looks through one span of a list, from its newest place on. */
export async function takeStep(
  reader: Reader,
  scope: Scope,
  filter: DeliveryFilter,
  step: Step<Place>,
): Promise<Stepped<Place, Place>> {
  return search(reader, scope, filter, { ...step, words: undefined });
}

interface Bounds {
  nowMs: number;
  toMs: number | undefined;
}

/** As `takeStep`, of those that say the words; it ends where enough that says them was looked at. */
export async function takeWordStep(
  reader: Reader,
  scope: Scope,
  { filter, text }: { filter: DeliveryFilter; text: string },
  step: Step<Place> & Bounds,
): Promise<Stepped<Place, Place>> {
  const { after, sinceMs, wanted, widening, nowMs, toMs } = step;
  const query = { words: text, filter };
  const matches = Math.min(MAX_MATCHES, wanted * MATCHES_PER_WANTED * widening);
  const enough = wanted * CANDIDATES_PER_WANTED;
  const gathered = await gatherNames(reader, scope, query, {
    ...{ after, fromMs: sinceMs, toMs, nowMs, endOf },
    limit: enough,
    matchesOf: () => matches,
  });
  const reachedMs = gathered.end?.[0] ?? sinceMs;
  const names = gathered.names && namesOf(gathered.names);
  const words = wordsFilter(query, { after, sinceMs: reachedMs }, names);
  const isSparse = gathered.names !== undefined && gathered.names.length <= enough;
  const searched =
    gathered.names?.length === 0
      ? { found: [], end: endOf(reachedMs), isCut: false, rowsRead: 0 }
      : await search(reader, scope, filter, { ...step, sinceMs: reachedMs, words, isSparse });
  return {
    ...searched,
    isCut: searched.isCut || gathered.end !== undefined,
    rowsRead: WORD_ROW_PRICE * (gathered.rowsRead + searched.rowsRead),
  };
}

async function search(
  reader: Reader,
  scope: Scope,
  filter: DeliveryFilter,
  { after, sinceMs, wanted, widening, isSparse, words }: Step<Place> & { words: WordFilter | undefined },
): Promise<Stepped<Place, Place>> {
  const perWanted = filter.ofDelivery ? CANDIDATES_TO_JUDGE_PER_WANTED : CANDIDATES_PER_WANTED;
  const candidates = Math.min(MAX_CANDIDATES, wanted * perWanted * widening);
  const found = await searchDeliveries(reader, scope, {
    ...{ filter, words, candidates, wanted, isSparse },
    span: { after, sinceMs },
  });
  return {
    found: found.places,
    end: found.lastCandidate ?? endOf(sinceMs),
    isCut: found.lastCandidate !== undefined,
    rowsRead: found.rowsRead,
  };
}
