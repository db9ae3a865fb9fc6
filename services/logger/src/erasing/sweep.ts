import type { Eraser } from '@herald/clickhouse/erasing/eraser';
import type { Erasure } from '@herald/domain/erasure';
import { pause } from '@herald/kafka/patience';
import type { ErasureTable } from '@herald/registry/erasures';
import { backoffMs } from '../backoff.ts';

export interface SweepOptions {
  erasures: Pick<ErasureTable, 'list' | 'onErasure'>;
  eraser: Pick<Eraser, 'erase' | 'purge'>;
  /** Resolves when every row that is made already is in ClickHouse, or when that failed: false. */
  flush: () => Promise<boolean>;
  onSwept: (erasure: Erasure, rows: number) => void;
  onFailed: (error: unknown) => void;
  now: () => number;
  /** As Math.random. */
  random: () => number;
}

export interface Sweep {
  /** Erasures that are not done yet. */
  readonly waiting: number;
  stop(): Promise<void>;
}

/** A logger that was away for longer has been told by what it reads that it is erased. */
const LOOK_BACK_MS = 7 * 86_400_000;

/**
 * Erases what this logger had under way when it was told of an erasure: rows made before, inserted after the delete
 * of who asked for it. Also what a kill left undone, of this logger or of who asked. Tries until it is done.
 */
export function sweepErasures(options: SweepOptions): Sweep {
  const { erasures, eraser, flush, onSwept, onFailed, now, random } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waiting = erasures.list().filter(({ erasedAtMs }) => erasedAtMs > now() - LOOK_BACK_MS);
  let working: Promise<void> | undefined;
  const unsubscribe = erasures.onErasure((erasure) => {
    waiting.push(erasure);
    wake();
  });
  wake();

  function wake(): void {
    if (working || waiting.length === 0 || signal.aborted) return;
    working = sweepAll().finally(() => {
      working = undefined;
      wake();
    });
  }

  async function sweepAll(): Promise<void> {
    for (let failures = 0; waiting.length > 0 && !signal.aborted; ) {
      try {
        if (!(await flush())) throw new Error('rows that were made before the erasure are not inserted yet');
        const erasure = waiting[0]!;
        const { events, routes, attempts } = await eraser.erase(erasure);
        if (waiting.length === 1) await eraser.purge();
        waiting.shift();
        failures = 0;
        onSwept(erasure, events + routes + attempts);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        onFailed(error);
        await pause(backoffMs(failures, random), signal);
      }
    }
  }

  return {
    get waiting() {
      return waiting.length;
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      await working;
    },
  };
}
