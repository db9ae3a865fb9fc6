import type { Coordinates } from '@herald/domain/coordinates';
import { type ClickHouseOptions, connectClickHouse, REQUEST_TIMEOUT_MS } from '../client.ts';
import { allStretches, changedStretches, clockOf, slicesSince } from './changes.ts';
import { countStretches } from './count-stretches.ts';
import type { LedgerReport } from './ledger.ts';
import { lastReport, type StoredReport, writeReport } from './reports.ts';
import { type Progress, planCount } from './slices.ts';
import { settleAllTwins, settleOverdueTwins } from './twins.ts';

/** An insert that takes longer is given up by its logger, and made again. */
const SETTLED_AFTER_MS = 2 * REQUEST_TIMEOUT_MS;

/** Changes are kept for 3 days; after a longer absence everything is counted. */
const MAX_ABSENCE_MS = 2 * 86_400_000;

/** Forgets what has expired, and puts right what a clock that was set back has left out. */
const RECOUNT_EVERY_MS = 86_400_000;

/** Of the time after which something is overdue: what another entry accounts for is never called that. */
const TWINS_SETTLED_AT = 0.5;

const MAX_EXECUTION_S = 300;
const MAX_MEMORY_BYTES = 1_000_000_000;

/** What the caller knows about the log that ClickHouse cannot know. */
export interface LogState extends Pick<LedgerReport, 'asOfMs' | 'overdueAfterMs'> {
  /** What is on record ends before these offsets. */
  watermarks: readonly Coordinates[];
  /** For so long what is on record is whole. */
  retentionMs: number;
  /** Epoch milliseconds: somebody has seen to what was due before; 0 where nobody has. */
  settledUntilMs: number;
}

export interface CountReport {
  /** How many stretches of 128 offsets were counted. */
  stretches: number;
  /** Whether that was all there are. */
  isRecount: boolean;
}

/**
 * Brings the ledger up to date. Counters do not disturb each other: whatever two of them count, and in whatever
 * order, the figures are those of the rows on record.
 */
export interface LedgerCounter {
  /**
   * Counts again what has changed since the last time, by this counter or by another one, and puts on record of what
   * moment the ledger speaks. All that `state` says to be on record must be so before the call. Rejects when
   * ClickHouse cannot be asked; the next call makes up for it.
   */
  count(state: LogState): Promise<CountReport>;
  close(): Promise<void>;
}

export function openLedgerCounter(options: ClickHouseOptions): LedgerCounter {
  const client = connectClickHouse(options, {
    maxConnections: 2,
    settings: {
      max_execution_time: MAX_EXECUTION_S,
      max_memory_usage: String(MAX_MEMORY_BYTES),
      output_format_json_quote_64bit_integers: 0,
      async_insert: 0,
      max_partitions_per_insert_block: '0',
    },
  });
  let progress: Progress | undefined;

  async function count(state: LogState): Promise<CountReport> {
    const nowMs = await clockOf(client);
    // Of whoever counted last: what that one has seen to be on record is not taken back.
    const last = await lastReport(client);
    const since = progress ?? { untilMs: last?.changesUntilMs ?? 0, seen: new Map() };
    const isRecount =
      last === undefined ||
      nowMs - last.recountedAtMs >= RECOUNT_EVERY_MS ||
      nowMs - since.untilMs >= MAX_ABSENCE_MS;
    const from = isRecount ? { ...since, untilMs: Math.max(since.untilMs, nowMs - MAX_ABSENCE_MS) } : since;
    const { slices, next } = planCount(
      from,
      await slicesSince(client, from.untilMs),
      nowMs,
      SETTLED_AFTER_MS,
    );
    const stretches = isRecount ? await allStretches(client) : await changedStretches(client, slices);
    await countStretches(client, stretches);
    const asOfMs = latest(state.asOfMs, last?.asOfMs);
    const judgedFromMs = Math.max(0, state.settledUntilMs, (asOfMs ?? 0) - state.retentionMs);
    const settled = isRecount ? await settleAllTwins(client) : [];
    if (asOfMs !== undefined) {
      const beforeMs = asOfMs - TWINS_SETTLED_AT * state.overdueAfterMs;
      settled.push(...(await settleOverdueTwins(client, { fromMs: judgedFromMs, beforeMs })));
    }
    await countStretches(client, settled);
    const report: StoredReport = {
      countedAtMs: nowMs,
      asOfMs,
      overdueAfterMs: state.overdueAfterMs,
      judgedFromMs,
      changesUntilMs: next.untilMs,
      recountedAtMs: isRecount ? nowMs : last!.recountedAtMs,
    };
    await writeReport(client, report, state.watermarks);
    progress = next;
    return { stretches: stretches.length, isRecount };
  }

  return { count, close: () => client.close() };
}

/** What was on record once stays on record. */
function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
