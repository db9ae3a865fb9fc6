import type { Scope } from '../history.ts';
import { readReport } from './ledger.ts';
import type { Reader } from './reader.ts';
import type { EndpointLag, Lag } from './stats-figures.ts';

/** From what the ledger has counted already: its cost is that of the account's stretches, not of its history. */
export async function readLag(reader: Reader, scope: Scope, limit: number): Promise<Lag> {
  // In this order: the figures are at least as new as the moment that they are told to be of.
  const report = await readReport(reader);
  const endpoints = await reader.rows<EndpointLag>(
    scope,
    (from) => `
      SELECT
        endpoint_id AS endpointId, sum(sums.pending) AS pending, sum(sums.waiting) AS waiting,
        sum(sums.held) AS held, toUnixTimestamp64Milli(min(due_at)) AS oldestDueAtMs
      FROM ${from.ledgerSums('endpoint')} AS sums
      WHERE sums.pending + sums.waiting + sums.held > 0
      GROUP BY endpoint_id
      ORDER BY oldestDueAtMs, endpointId
      LIMIT {limit:UInt32}`,
    { limit },
  );
  return { asOfMs: report?.asOfMs, endpoints };
}
