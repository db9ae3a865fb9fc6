import type { DeliverySummary, Scope } from '../history.ts';
import { type PackedSummaryRow, packedSummaries, summaryOfPacked } from './packed-summary.ts';
import { endOf, type Place, within } from './place.ts';
import type { Reader } from './reader.ts';
import { type Step, type Stepped, stepBack, type Walk } from './step-back.ts';
import { FIRST_STEP_MS } from './step-width.ts';
import { MAX_NAMED, type Names, namesFilter, reachOf, type WordQuery } from './word-search.ts';

/** Several answers may be of one delivery. */
const MATCHES_PER_NAME = 4;

/** An event that says the words, or a delivery one of whose answers does. */
type Name = { source: keyof Names; place: Place };

/** More says the words within one millisecond than can be named. */
const CROWD = 'crowd';

interface Told {
  /** In the order of the list, one more than a page may have at most. */
  found: DeliverySummary[];
  /** What is up to here has been looked at; undefined where there is nothing more. */
  end: Place | undefined;
  /** Whether as much was named as was wanted: then fewer are found where events led to nothing. */
  isFull: boolean;
}

/**
 * Deliveries by words, where their event decides about all else that they must be. So no more is named than is wanted:
 * the steps back look only for names, and what they name is read once, whatever days it is of. Undefined where not all
 * can be named.
 */
export async function listByWords(
  reader: Reader,
  scope: Scope,
  query: WordQuery,
  walk: Omit<Walk<Place>, 'firstStepMs'>,
): Promise<Told | undefined> {
  const gathered = await stepBack({ ...walk, firstStepMs: FIRST_STEP_MS.byWords }, (step) =>
    gather(reader, scope, query, step),
  );
  const wanted = walk.limit + 1;
  const names = gathered.found.filter((name) => name !== CROWD);
  if (names.length < gathered.found.length) return undefined;
  const isFull = names.length >= wanted;
  // All of its millisecond are named.
  const end = isFull ? endOf(names[wanted - 1]!.place[0]) : gathered.end;
  const sinceMs = end?.[0] ?? 0;
  const found = await deliveriesOf(
    reader,
    scope,
    query,
    names.filter(({ place: [atMs] }) => atMs >= sinceMs),
    { after: walk.after, sinceMs },
    wanted,
  );
  return { found, end, isFull };
}

async function gather(
  reader: Reader,
  scope: Scope,
  query: WordQuery,
  { after, sinceMs, wanted, widening }: Step<Place>,
): Promise<Stepped<Place, Name | typeof CROWD>> {
  const matches = Math.min(wanted * MATCHES_PER_NAME * widening, MAX_NAMED);
  const reach = await reachOf(reader, scope, query, { after, sinceMs }, matches);
  const end = endOf(reach.sinceMs ?? sinceMs);
  // No step that follows would find more.
  if (!reach.names) return { found: [CROWD], end, isCut: true, rowsRead: Number.POSITIVE_INFINITY };
  const nameAs = (source: keyof Names) => (place: Place) => ({ source, place });
  const found = [...reach.names.events.map(nameAs('events')), ...reach.names.answers.map(nameAs('answers'))];
  found.sort((a, b) => b.place[0] - a.place[0]);
  return { found, end, isCut: reach.sinceMs !== undefined, rowsRead: reach.rowsRead };
}

async function deliveriesOf(
  reader: Reader,
  scope: Scope,
  { filter }: WordQuery,
  names: readonly Name[],
  span: Parameters<typeof within>[0],
  wanted: number,
): Promise<DeliverySummary[]> {
  if (names.length === 0) return [];
  const of = (source: keyof Names) =>
    names.filter((name) => name.source === source).map(({ place }) => place);
  const range = within(span);
  const said = namesFilter({ events: of('events'), answers: of('answers') });
  const rows = await reader.rows<PackedSummaryRow>(
    scope,
    (from) => `
      ${packedSummaries(from.moments, `${filter.ofEvent.sql} AND ${range.sql} AND ${said.sql(from)}`)}
      ORDER BY occurred_at DESC, delivery_id DESC
      LIMIT {wanted:UInt32}`,
    { ...filter.ofEvent.params, ...range.params, ...said.params, wanted },
  );
  return rows.map(summaryOfPacked);
}
