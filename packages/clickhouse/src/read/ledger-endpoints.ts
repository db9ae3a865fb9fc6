import { z } from 'zod';
import type { Listing, PageQuery, Scope } from '../history.ts';
import type { EndpointLedger } from '../ledger/ledger.ts';
import { allOf } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { DELIVERIES } from './ledger.ts';
import type { Reader } from './reader.ts';

const cursors = cursorsOf('ledger-endpoints', z.tuple([z.string()]).readonly());

type Row = EndpointLedger & { open: number };

export async function listLedgerEndpoints(
  reader: Reader,
  scope: Scope,
  query: PageQuery,
): Promise<Listing<EndpointLedger>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const beyond = allOf([['endpoint_id > {after:String}', 'after', start.position?.[0]]]);
  const rows = await reader.rows<Row>(
    scope,
    (from) => `
      SELECT
        endpoint_id AS endpointId,
        sum(pending) AS pending, sum(waiting) AS waiting, sum(held) AS held,
        sum(cancelled) AS cancelled, sum(dead) AS dead, sum(delivered) AS delivered,
        ${DELIVERIES} AS deliveries,
        pending + waiting + held AS open,
        toUnixTimestamp64Milli(minIf(due_at, sums.pending + sums.waiting + sums.held > 0)) AS nextDueAtMs
      FROM ${from.ledgerSums('endpoint')} AS sums
      WHERE ${beyond.sql}
      GROUP BY endpoint_id
      ORDER BY endpoint_id
      LIMIT {take:UInt32}`,
    { ...beyond.params, take: query.limit + 1 },
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    items: shown.map(({ open, nextDueAtMs, ...counts }) => ({
      ...counts,
      nextDueAtMs: open > 0 ? nextDueAtMs : null,
    })),
    nextCursor: last && rows.length > shown.length ? cursors.encode([last.endpointId], query) : undefined,
  };
}
