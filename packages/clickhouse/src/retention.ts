import type { ClickHouseClient } from '@clickhouse/client';

/** The time that a table's rows age by: the one that its partitions are cut by, so that whole parts are dropped. */
const AGES_BY: Readonly<Record<string, string>> = {
  events: 'recorded_at',
  routes: 'routed_at',
  attempts: 'started_at',
  poison: 'recorded_at',
  moments: 'moment_at',
};

/** Sets how long rows are kept, in days, where it is not so yet; resolves with the tables that were changed. */
export async function applyRetention(client: ClickHouseClient, days: number): Promise<string[]> {
  const result = await client.query({
    query:
      'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    query_params: { names: Object.keys(AGES_BY) },
    format: 'JSONEachRow',
  });
  const tables = await result.json<{ name: string; engine_full: string }>();
  const outdated = tables.filter(({ engine_full }) => !engine_full.includes(`toIntervalDay(${days})`));
  for (const { name } of outdated) {
    await client.command({
      query: `ALTER TABLE ${name} MODIFY TTL ${AGES_BY[name]} + toIntervalDay(${days})`,
      // Parts are dropped whole when they are due; nothing is rewritten for a new number of days.
      clickhouse_settings: { materialize_ttl_after_modify: 0 },
    });
  }
  return outdated.map(({ name }) => name);
}
