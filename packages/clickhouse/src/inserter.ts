import { Readable } from 'node:stream';
import { ClickHouseError } from '@clickhouse/client';
import { type ClickHouseOptions, connectClickHouse } from './client.ts';
import { joinNeighbours } from './row-binary.ts';
import type { InsertTarget } from './tables/table.ts';

/** `refused`: ClickHouse read the rows and does not take them; the same rows will be refused again. */
export type InsertResult = { kind: 'inserted' } | { kind: 'refused'; detail: string };

export interface Inserter {
  /**
   * Inserts rows made by `createRowEncoder` in one statement. It is not atomic over days; its rows are idempotent.
   * Rejects when it is not known to be done: insert the same rows again.
   */
  insert(table: InsertTarget, rows: readonly Buffer[]): Promise<InsertResult>;
  close(): Promise<void>;
}

/** Codes of ClickHouse's that blame the data. Whatever else goes wrong may go right later. */
const DATA_ERRORS: ReadonlySet<string> = new Set([
  '6', // CANNOT_PARSE_TEXT
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '33', // CANNOT_READ_ALL_DATA
  '36', // BAD_ARGUMENTS
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '69', // ARGUMENT_OUT_OF_BOUND
  '70', // CANNOT_CONVERT_TYPE
  '117', // INCORRECT_DATA
  '128', // TOO_LARGE_ARRAY_SIZE
  '131', // TOO_LARGE_STRING_SIZE
  '349', // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  '376', // CANNOT_PARSE_UUID
  '469', // VIOLATED_CONSTRAINT
  '691', // UNKNOWN_ELEMENT_OF_ENUM
]);

export function openInserter(options: ClickHouseOptions): Inserter {
  const client = connectClickHouse(options, {
    maxConnections: 4,
    settings: {
      // The rows come in batches already; an acknowledgement must mean that they are there.
      async_insert: 0,
      // A catch-up after an outage spans as many days as it was long.
      max_partitions_per_insert_block: '0',
      // On a machine that they share, the other cores are left to deliveries; rows come as fast by one.
      max_threads: 1,
    },
  });
  return {
    async insert(table, rows) {
      const columns = table.columns.map(([name]) => name).join(', ');
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table.name} (${columns}) FORMAT RowBinary`,
          values: Readable.from(joinNeighbours(rows)),
        });
        await stream.resume().toArray();
        return { kind: 'inserted' };
      } catch (error) {
        if (error instanceof ClickHouseError && DATA_ERRORS.has(error.code)) {
          return { kind: 'refused', detail: `${error.type ?? error.code}: ${error.message}` };
        }
        throw error;
      }
    },
    close: () => client.close(),
  };
}
