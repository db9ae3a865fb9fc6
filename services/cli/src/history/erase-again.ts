import type { Eraser } from '@herald/clickhouse/erasing/eraser';
import type { ErasureTable } from '@herald/registry/erasures';
import type { ProgressBar } from '../progress-bar.ts';

export interface EraseAgainOptions {
  erasures: Pick<ErasureTable, 'list'>;
  eraser: Pick<Eraser, 'erase'>;
  bar: Pick<ProgressBar, 'show'>;
  /** Ends it before the next one. */
  signal: AbortSignal;
}

/**
 * Erases all that is on record as erased; where nothing is left of it, it is a look-up. Rows that were made before an
 * erasure may have been inserted after it, also by a rebuild before this one, of which nothing is known but how far it
 * came. Resolves with whether it came to its end.
 */
export async function eraseAgain({ erasures, eraser, bar, signal }: EraseAgainOptions): Promise<boolean> {
  const all = erasures.list();
  for (const [done, erasure] of all.entries()) {
    if (signal.aborted) return false;
    bar.show(done, all.length, 'erasures made again');
    await eraser.erase(erasure);
  }
  return true;
}
