import { connectClickHouse } from '@herald/clickhouse/client';
import type { StackCoordinates } from '@herald/local-stack/stack';

/** What ClickHouse has, asked directly. */
export interface History {
  /** Ids of the account's attempts, each once however often its row is there. */
  attemptIds(accountId: string): Promise<Set<string>>;
  close(): Promise<void>;
}

export function openHistory({ clickhouseUrl, clickhouseDatabase }: StackCoordinates): History {
  const clickhouse = connectClickHouse(
    { url: clickhouseUrl, database: clickhouseDatabase },
    { maxConnections: 1, settings: {} },
  );
  return {
    async attemptIds(accountId) {
      const result = await clickhouse.query({
        query: 'SELECT DISTINCT toString(attempt_id) AS id FROM attempts WHERE account_id = {account:String}',
        query_params: { account: accountId },
        format: 'JSONEachRow',
      });
      return new Set((await result.json<{ id: string }>()).map(({ id }) => id));
    },
    close: () => clickhouse.close(),
  };
}
