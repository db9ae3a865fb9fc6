import type { ClickHouseClient } from '@clickhouse/client';

/**
 * The ledger judges what is as old as history is kept, and keeps its entries longer: at the edge, where one row of a
 * delivery is gone and another is not yet, nothing is judged any more.
 */
const LEDGER_EDGE_DAYS = 2;

/** For how long rows are kept, in days. */
export interface Retention {
  historyDays: number;
  /** Leaves tables of history alone that have a retention. */
  keepsHistory: boolean;
  /** Where it is undefined, an audit that has a retention is left alone. */
  auditDays: number | undefined;
}

/** Of an audit that is new. */
const DEFAULT_AUDIT_DAYS = 400;

/** The time that a table's rows age by: the one that its partitions are cut by, so that whole parts are dropped. */
const AGES_BY: Readonly<Record<string, { column: string; edgeDays?: number; isAudit?: true }>> = {
  events: { column: 'recorded_at' },
  routes: { column: 'routed_at' },
  attempts: { column: 'started_at' },
  poison: { column: 'recorded_at' },
  delivery_moments: { column: 'moment_at' },
  delivery_days: { column: 'day' },
  delivery_troubles: { column: 'day' },
  delivery_deaths: { column: 'moment_at' },
  answers: { column: 'started_at' },
  erased_deliveries: { column: 'day' },
  ledger_entries: { column: 'day', edgeDays: LEDGER_EDGE_DAYS },
  ledger_sums: { column: 'last_day', edgeDays: LEDGER_EDGE_DAYS },
  audit: { column: 'asked_at', isAudit: true },
};

/**
 * Sets how long rows are kept, where it is not so yet, or only where nothing is set; resolves with the tables that
 * were changed.
 */
export async function applyRetention(
  client: ClickHouseClient,
  { historyDays, keepsHistory, auditDays }: Retention,
): Promise<string[]> {
  const result = await client.query({
    query:
      'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    query_params: { names: Object.keys(AGES_BY) },
    format: 'JSONEachRow',
  });
  const tables = await result.json<{ name: string; engine_full: string }>();
  const wanted = tables.map(({ name, engine_full }) => {
    const { column, edgeDays = 0, isAudit } = AGES_BY[name]!;
    const days = isAudit ? (auditDays ?? DEFAULT_AUDIT_DAYS) : historyDays + edgeDays;
    const isKept = isAudit ? auditDays === undefined : keepsHistory;
    return { name, column, days, isKept, engine_full };
  });
  const outdated = wanted.filter(({ engine_full, days, isKept }) =>
    isKept ? !/ TTL /.test(engine_full) : !engine_full.includes(`toIntervalDay(${days})`),
  );
  for (const table of outdated) {
    // Parts that are there already get the new time too, by a mutation in the background that rewrites no rows: they
    // are dropped whole when they are due. Without it they would be kept for as long as was said when they were made.
    await client.command({
      query: `ALTER TABLE ${table.name} MODIFY SETTING materialize_ttl_recalculate_only = 1`,
    });
    await client.command({
      query: `ALTER TABLE ${table.name} MODIFY TTL ${table.column} + toIntervalDay(${table.days})`,
      clickhouse_settings: { materialize_ttl_after_modify: 1, mutations_sync: '0' },
    });
  }
  return outdated.map(({ name }) => name);
}
