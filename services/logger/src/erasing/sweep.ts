import type { Eraser } from '@herald/clickhouse/erasing/eraser';
import type { Erasure } from '@herald/domain/erasure';
import { pause } from '@herald/kafka/patience';
import { erasureKey } from '@herald/registry/erasure-record';
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
  /** By key: one that is asked for again and again waits once, as it was asked for last. */
  const waiting = new Map(
    erasures
      .list()
      .filter(({ erasedAtMs }) => erasedAtMs > now() - LOOK_BACK_MS)
      .map((erasure) => [erasureKey(erasure), erasure]),
  );
  let working: Promise<void> | undefined;
  const unsubscribe = erasures.onErasure((erasure) => {
    waiting.set(erasureKey(erasure), erasure);
    wake();
  });
  wake();

  function wake(): void {
    if (working || waiting.size === 0 || signal.aborted) return;
    working = sweepAll().finally(() => {
      working = undefined;
      wake();
    });
  }

  async function sweepAll(): Promise<void> {
    for (let failures = 0; waiting.size > 0 && !signal.aborted; ) {
      // Before the flush: what is told during it may have rows that it does not bring in.
      const [key, erasure] = waiting.entries().next().value!;
      try {
        if (!(await flush())) throw new Error('rows that were made before the erasure are not inserted yet');
        const { events, routes, attempts } = await eraser.erase(erasure);
        if (waiting.size === 1) await eraser.purge();
        if (waiting.get(key) === erasure) waiting.delete(key);
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
      return waiting.size;
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      await working;
    },
  };
}
