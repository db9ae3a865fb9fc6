import { expect, test } from 'vitest';
import type { RowMaker } from '../rows/row-maker.ts';
import { rebuildHistory } from './rebuild.ts';

test('a rebuild waits before a transaction that is open, and then makes rows of what was committed', async () => {
  let isOpen = true;
  let looks = 0;
  const inserted: string[] = [];
  const rebuilt = await rebuildHistory({
    topics: ['publication.events'],
    source: {
      bounds: async () => new Map([[0, { lowOffset: 0, endOffset: 2 }]]),
      async read({ from, committedOnly }) {
        looks += 1;
        expect(committedOnly).toBe(true);
        // Closed by a timer, which a rebuild that asks without a pause holds up.
        if (looks === 1) setTimeout(() => (isOpen = false), 20);
        if (isOpen && looks < 100) return { kind: 'records', records: [], nextOffset: from };
        const record = { offsetNumber: 1, value: Buffer.from('committed'), headers: {}, timestampMs: 0 };
        return { kind: 'records', records: [record], nextOffset: 2 };
      },
    },
    rows: {
      rowOf: async ({ value }) => ({ table: 'events', bytes: value }),
    } as RowMaker,
    inserter: {
      async insert(_, rows) {
        inserted.push(...rows.map(String));
        return { kind: 'inserted' };
      },
    },
    positions: { read: async () => [], save: async () => {} },
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  expect(rebuilt).toMatchObject({ done: 2, isComplete: true, rows: { events: 1 } });
  expect(inserted).toEqual(['committed']);
  expect(looks).toBeLessThan(100);
});
