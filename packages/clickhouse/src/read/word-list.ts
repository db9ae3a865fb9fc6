import type { DeliverySummary, Scope } from '../history.ts';
import { type PackedSummaryRow, packedSummaries, summaryOfPacked } from './packed-summary.ts';
import { endOf, type Place, within } from './place.ts';
import type { Reader } from './reader.ts';
import { gatherNames, type Name, type NamesWanted, namesOf } from './word-names.ts';
import { MAX_NAMED, namesFilter, type WordQuery } from './word-search.ts';

/** Several answers may be of one delivery. */
const MATCHES_PER_NAME = 4;

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
  walk: Omit<NamesWanted, 'matchesOf'>,
): Promise<Told | undefined> {
  const gathered = await gatherNames(reader, scope, query, {
    ...walk,
    matchesOf: ({ wanted, widening }) => Math.min(wanted * MATCHES_PER_NAME * widening, MAX_NAMED),
  });
  const wanted = walk.limit + 1;
  const { names } = gathered;
  if (!names) return undefined;
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

async function deliveriesOf(
  reader: Reader,
  scope: Scope,
  { filter }: WordQuery,
  names: readonly Name[],
  span: Parameters<typeof within>[0],
  wanted: number,
): Promise<DeliverySummary[]> {
  if (names.length === 0) return [];
  const range = within(span);
  const said = namesFilter(namesOf(names));
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
