import type { ClickHouseClient } from '@clickhouse/client';
import { type Coordinates, formatCoordinates } from '@herald/domain/coordinates';
import type { LedgerReport } from './ledger.ts';

/** A report, and how far its counter had counted by ClickHouse's clock. */
export interface StoredReport extends LedgerReport {
  changesUntilMs: number;
  recountedAtMs: number;
}

export interface ReportRow {
  counted_at_ms: number;
  as_of_ms: number;
  overdue_after_ms: number;
  judged_from_ms: number;
  changes_until_ms: number;
  recounted_at_ms: number;
}

export const LAST_REPORT = `
  SELECT
    toUnixTimestamp64Milli(counted_at) AS counted_at_ms,
    toUnixTimestamp64Milli(as_of) AS as_of_ms,
    overdue_after_ms,
    toUnixTimestamp64Milli(judged_from) AS judged_from_ms,
    toUnixTimestamp64Milli(changes_until) AS changes_until_ms,
    toUnixTimestamp64Milli(recounted_at) AS recounted_at_ms
  FROM ledger_reports
  ORDER BY counted_at DESC
  LIMIT 1`;

export function reportOf(row: ReportRow): StoredReport {
  return {
    countedAtMs: row.counted_at_ms,
    asOfMs: row.as_of_ms || undefined,
    overdueAfterMs: row.overdue_after_ms,
    judgedFromMs: row.judged_from_ms,
    changesUntilMs: row.changes_until_ms,
    recountedAtMs: row.recounted_at_ms,
  };
}

export async function lastReport(client: ClickHouseClient): Promise<StoredReport | undefined> {
  const result = await client.query({ query: LAST_REPORT, format: 'JSONEachRow' });
  const [row] = await result.json<ReportRow>();
  return row && reportOf(row);
}

/** @param watermarks for operators, who read the table: what is counted ends before these offsets, of all accounts */
export async function writeReport(
  client: ClickHouseClient,
  report: StoredReport,
  watermarks: readonly Coordinates[],
): Promise<void> {
  await client.insert({
    table: 'ledger_reports',
    format: 'JSONEachRow',
    values: [
      {
        counted_at: timeText(report.countedAtMs),
        as_of: timeText(report.asOfMs ?? 0),
        overdue_after_ms: report.overdueAfterMs,
        judged_from: timeText(report.judgedFromMs),
        changes_until: timeText(report.changesUntilMs),
        recounted_at: timeText(report.recountedAtMs),
        watermarks: watermarks.map(formatCoordinates),
      },
    ],
  });
}

/** As a DateTime64(3) in UTC is written. */
function timeText(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');
}
