import { createClient } from '@clickhouse/client';
import type { ClickHouseOptions } from '@herald/clickhouse/client';

/** What the bench asks of ClickHouse beside the queries that it measures. */
export interface Server {
  run(statement: string): Promise<void>;
  ask<T>(query: string): Promise<T[]>;
  /** So that a query reads its marks, indexes and columns anew; the pages of its files stay with the system. */
  dropCaches(): Promise<void>;
  /** Of system.events, since the server began. */
  counters(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

const CACHES = [
  'MARK CACHE',
  'UNCOMPRESSED CACHE',
  'INDEX MARK CACHE',
  'QUERY CONDITION CACHE',
  'TEXT INDEX CACHES',
];

/** Merging a table of ten million rows, on a machine that is busy with other things. */
const MAX_STATEMENT_MS = 1_800_000;

export function connectServer(options: ClickHouseOptions): Server {
  const client = createClient({
    ...options,
    request_timeout: MAX_STATEMENT_MS,
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: '10000',
    },
  });
  const ask = async <T>(query: string): Promise<T[]> => {
    const answer = await client.query({ query, format: 'JSONEachRow' });
    return answer.json<T>();
  };
  const run = async (query: string) => {
    await client.command({ query });
  };
  return {
    run,
    ask,
    async dropCaches() {
      for (const cache of CACHES) await run(`SYSTEM DROP ${cache}`);
    },
    async counters() {
      const rows = await ask<{ event: string; value: number }>('SELECT event, value FROM system.events');
      return new Map(rows.map(({ event, value }) => [event, value]));
    },
    close: () => client.close(),
  };
}
