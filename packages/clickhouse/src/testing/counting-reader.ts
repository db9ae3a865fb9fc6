import type { ClickHouseOptions } from '../client.ts';
import { connectForReads } from '../history-store.ts';
import { createReader, type Reader } from '../read/reader.ts';

/** A reader that says what ClickHouse has read for it. */
export interface CountingReader extends AsyncDisposable {
  reader: Reader;
  /** Of all queries of `rows` and `rowsAndCost`; a granule has 512. */
  rowsRead(): number;
}

export function openCountingReader(options: ClickHouseOptions): CountingReader {
  const client = connectForReads(options);
  const reader = createReader(client);
  let rowsRead = 0;
  const rowsAndCost: Reader['rowsAndCost'] = async <T>(...asked: Parameters<Reader['rowsAndCost']>) => {
    const answer = await reader.rowsAndCost<T>(...asked);
    rowsRead += answer.rowsRead;
    return answer;
  };
  return {
    reader: {
      ...reader,
      rowsAndCost,
      rows: async <T>(...asked: Parameters<Reader['rows']>) => (await rowsAndCost<T>(...asked)).rows,
    },
    rowsRead: () => rowsRead,
    [Symbol.asyncDispose]: () => client.close(),
  };
}
