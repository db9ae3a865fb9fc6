import type { Scope } from '../history.ts';
import { endOf, type Place } from './place.ts';
import type { Reader } from './reader.ts';
import { type Step, type Stepped, stepBack, type Walk } from './step-back.ts';
import { FIRST_STEP_MS } from './step-width.ts';
import { type Names, type Reach, reachOf, type WordQuery } from './word-search.ts';

/** An event that says the words, or a delivery one of whose answers does. */
export interface Name {
  source: keyof Names;
  place: Place;
}

/** More says the words within one millisecond than can be named. */
const CROWD = 'crowd';

export interface Gathered {
  /** The newest first; undefined where there are too many to name. */
  names: readonly Name[] | undefined;
  /** What is up to here has been looked at; undefined where there is nothing more. */
  end: Place | undefined;
  rowsRead: number;
}

export interface NamesWanted extends Omit<Walk<Place>, 'firstStepMs' | 'newestBefore'> {
  /** Events, or answers, that one step may name, by what is still wanted and how far it is widened. */
  matchesOf(step: Pick<Step<Place>, 'wanted' | 'widening'>): number;
}

/**
 * What says some words, looked for in steps back until one more is named than `limit`. To find the deliveries of what
 * is named costs as much whatever days it is of, so it is done once, and not after each step.
 */
export async function gatherNames(
  reader: Reader,
  scope: Scope,
  query: WordQuery,
  { matchesOf, ...walk }: NamesWanted,
): Promise<Gathered> {
  let rowsRead = 0;
  const { found, end } = await stepBack({ ...walk, firstStepMs: FIRST_STEP_MS.byWords }, async (step) => {
    const { after, sinceMs, isSparse } = step;
    const reach = await reachOf(
      reader,
      scope,
      query,
      { after, sinceMs },
      { matches: matchesOf(step), isSparse },
    );
    rowsRead += reach.rowsRead;
    return namedBy(reach, sinceMs);
  });
  const names = found.filter((name) => name !== CROWD);
  return { names: names.length < found.length ? undefined : names, end, rowsRead };
}

function namedBy(reach: Reach, sinceMs: number): Stepped<Place, Name | typeof CROWD> {
  const end = endOf(reach.sinceMs ?? sinceMs);
  // Enough for any step: none follows.
  if (!reach.names) return { found: [CROWD], end, isCut: true, rowsRead: Number.POSITIVE_INFINITY };
  const nameAs = (source: keyof Names) => (place: Place) => ({ source, place });
  const found = [...reach.names.events.map(nameAs('events')), ...reach.names.answers.map(nameAs('answers'))];
  found.sort((a, b) => b.place[0] - a.place[0]);
  return { found, end, isCut: reach.sinceMs !== undefined, rowsRead: reach.rowsRead };
}

export function namesOf(names: readonly Name[]): Names {
  const of = (source: keyof Names) =>
    names.filter((name) => name.source === source).map(({ place }) => place);
  return { events: of('events'), answers: of('answers') };
}
