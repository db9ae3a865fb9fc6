import type { Erasure } from '@herald/domain/erasure';
import { type ClickHouseOptions, connectClickHouse } from '../client.ts';
import { createErasedRows } from './erased-rows.ts';

/** How many there were, each counted once. */
export interface Erased {
  events: number;
  routes: number;
  attempts: number;
}

/** Takes history out of ClickHouse. What the ledger has of it stays: places, ids and times, without content. */
export interface Eraser {
  /**
   * From the answer on nothing of it can be read. Safe to run again, and beside a logger: what a logger had under way
   * is found by its own erasing. Rejects when ClickHouse cannot be asked or is not done in time; what was begun then
   * is no hindrance to another run.
   */
  erase(erasure: Erasure): Promise<Erased>;
  /** Resolves when the bytes of all that was erased are gone from the parts in use, which can take minutes. */
  purge(): Promise<void>;
  close(): Promise<void>;
}

const MAX_EXECUTION_S = 110;
const MAX_ROUNDS = 3;

export function openEraser(options: ClickHouseOptions): Eraser {
  const client = connectClickHouse(options, {
    maxConnections: 2,
    settings: {
      max_execution_time: MAX_EXECUTION_S,
      // A delete answers when its rows cannot be read any more, on all replicas.
      lightweight_deletes_sync: '2',
      mutations_sync: '2',
      output_format_json_quote_64bit_integers: 0,
    },
  });
  const rows = createErasedRows(client);

  return {
    async erase(erasure) {
      if (await rows.areGone(erasure)) return { events: 0, routes: 0, attempts: 0 };
      const found = await rows.count(erasure);
      for (let round = 1; round <= MAX_ROUNDS; round++) {
        await rows.delete(erasure);
        // Not where a logger has put something in meanwhile.
        if (await rows.areGone(erasure)) return found;
      }
      throw new Error(`rows come back after ${MAX_ROUNDS} deletes: is a logger of an older version about?`);
    },
    async purge() {
      const result = await client.query({
        query: `SELECT DISTINCT table FROM system.parts
          WHERE database = currentDatabase() AND active AND has_lightweight_delete`,
        format: 'JSONEachRow',
      });
      for (const { table } of await result.json<{ table: string }>())
        await client.command({ query: `ALTER TABLE ${table} APPLY DELETED MASK` });
    },
    close: () => client.close(),
  };
}
