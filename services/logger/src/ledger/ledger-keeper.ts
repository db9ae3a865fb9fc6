import type { Ledger } from '@herald/clickhouse/ledger/ledger';
import type { LedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import type { GroupProgress } from '@herald/kafka/group-progress';
import { pause } from '@herald/kafka/patience';
import { Currency } from './currency.ts';

export interface LedgerKeeperOptions {
  /** One logger keeps the ledger; that two do for a moment, while partitions move, does no harm. */
  isKeeper: () => boolean;
  progress: Pick<GroupProgress, 'read'>;
  counter: Pick<LedgerCounter, 'count'>;
  readLedger: () => Promise<Ledger>;
  everyMs: number;
  overdueAfterMs: number;
  /** Of the history, in milliseconds. */
  retentionMs: number;
  /** Epoch milliseconds: somebody has seen to what was due before; 0 where nobody has. */
  settledUntilMs: number;
  onCounted: (ledger: Ledger, round: { stretches: number; isRecount: boolean; durationMs: number }) => void;
  onFailed: (error: unknown) => void;
  now: () => number;
}

export interface LedgerKeeper {
  /** What was found last; undefined while another logger keeps the ledger. */
  readonly ledger: Ledger | undefined;
  /** No further round; resolves when none is under way. A round that is cut off is told to nobody. */
  stop(): Promise<void>;
}

/** A round is followed by this many times as long as it took, at most a minute: whatever it counts, it is a small load. */
const REST_FACTOR = 4;
const MAX_REST_MS = 60_000;

/** Keeps the ledger, round after round, as long as this logger is its keeper. A round that fails is made good by the next. */
export function startLedgerKeeper(options: LedgerKeeperOptions): LedgerKeeper {
  const { isKeeper, progress, counter, readLedger, everyMs, overdueAfterMs, now } = options;
  const { retentionMs, settledUntilMs } = options;
  const stopping = new AbortController();
  let ledger: Ledger | undefined;
  let currency = new Currency();

  async function round(): Promise<void> {
    const startedMs = now();
    const partitions = await progress.read();
    currency.note(startedMs, partitions);
    const counted = await counter.count({
      asOfMs: currency.asOfMs,
      overdueAfterMs,
      retentionMs,
      settledUntilMs,
      watermarks: partitions.map(({ topic, partition, committedOffset: offset }) => ({
        topic,
        partition,
        offset,
      })),
    });
    ledger = await readLedger();
    options.onCounted(ledger, { ...counted, durationMs: now() - startedMs });
  }

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedMs = now();
      if (isKeeper()) {
        await round().catch((error: unknown) => {
          if (!stopping.signal.aborted) options.onFailed(error);
        });
      } else {
        ledger = undefined;
        currency = new Currency();
      }
      const restMs = Math.min(MAX_REST_MS, REST_FACTOR * (now() - startedMs));
      await pause(Math.max(everyMs, restMs), stopping.signal);
    }
  }

  const kept = keep();
  return {
    get ledger() {
      return ledger;
    },
    async stop() {
      stopping.abort();
      await kept;
    },
  };
}
