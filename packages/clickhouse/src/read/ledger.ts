import type { Scope } from '../history.ts';
import type { Ledger, LedgerFigures, LedgerReport } from '../ledger/ledger.ts';
import { LAST_REPORT, type ReportRow, reportOf } from '../ledger/reports.ts';
import { findingsOf, NO_FINDINGS } from './ledger-findings.ts';
import type { AllTables, Reader, ScopedTables } from './reader.ts';

export async function readLedger(reader: Reader, scope: Scope | 'all'): Promise<Ledger> {
  // In this order: figures and findings are at least as new as the moment that they are told to be of.
  const report = await readReport(reader);
  const figures = await readFigures(reader, scope);
  const findings = report?.asOfMs === undefined ? NO_FINDINGS : await findingsOf(reader, scope, report);
  return { report, figures, findings };
}

export async function readReport(reader: Reader): Promise<LedgerReport | undefined> {
  const [row] = await reader.allRows<ReportRow>(() => LAST_REPORT, {});
  if (!row) return undefined;
  const { countedAtMs, asOfMs, overdueAfterMs, judgedFromMs } = reportOf(row);
  return { countedAtMs, asOfMs, overdueAfterMs, judgedFromMs };
}

async function readFigures(reader: Reader, scope: Scope | 'all'): Promise<LedgerFigures> {
  const [row] =
    scope === 'all'
      ? await reader.allRows<LedgerFigures>((from: AllTables) => sumOf(from.ledgerSums('all')), {})
      : await reader.rows<LedgerFigures>(
          scope,
          (from: ScopedTables) => sumOf(from.ledgerSums('account')),
          {},
        );
  return row!;
}

export const DELIVERIES = 'pending + waiting + held + cancelled + dead + delivered';

function sumOf(sums: string): string {
  return `
    SELECT
      sum(accepted) AS accepted, sum(routed) AS routed, sum(unmatched) AS unmatched, sum(poison) AS poison,
      sum(unrouted) AS unrouted, sum(unrecorded) AS unrecorded, sum(matched) AS matched,
      sum(pending) AS pending, sum(waiting) AS waiting, sum(held) AS held, sum(cancelled) AS cancelled,
      sum(dead) AS dead, sum(delivered) AS delivered,
      ${DELIVERIES} AS deliveries
    FROM ${sums}`;
}
