import { connectClickHouse } from '@herald/clickhouse/client';
import { TOPICS } from '@herald/contracts/topics';
import { createKafka, type KafkaConnection } from '@herald/kafka/connection';
import type { StackCoordinates } from '@herald/local-stack/stack';
import type { HistoryRows, Insight } from '../load-sender.ts';

/** Progress as Kafka and ClickHouse have it, not as Herald's counters tell. */
export interface Progress extends Pick<Insight, 'routed' | 'rows'> {
  close(): Promise<void>;
}

export async function openProgress(connection: KafkaConnection, stack: StackCoordinates): Promise<Progress> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  const clickhouse = connectClickHouse(
    { url: stack.clickhouseUrl, database: stack.clickhouseDatabase },
    { maxConnections: 2, settings: { output_format_json_quote_64bit_integers: 0 } },
  );

  return {
    async routed() {
      const offsets = await admin.fetchTopicOffsets(TOPICS.routes);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0);
    },
    async rows() {
      // Counts of whole tables are read from the metadata of their parts.
      const result = await clickhouse.query({
        query: `SELECT (SELECT count() FROM events) AS events,
                       (SELECT count() FROM routes) AS routes,
                       (SELECT count() FROM attempts) AS attempts`,
        format: 'JSONEachRow',
      });
      const [rows] = await result.json<HistoryRows>();
      if (!rows) throw new Error('ClickHouse counted nothing');
      return rows;
    },
    async close() {
      await admin.disconnect();
      await clickhouse.close();
    },
  };
}
