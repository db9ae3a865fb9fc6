import { readTroubleOf } from '@herald/clickhouse/read-trouble';
import type { Candidate } from '@herald/replay/candidate';
import type { Phase } from '@herald/replay/next-action';
import type { Place } from '@herald/replay/place';
import type { ExpiredRange, ReplayProgress } from '@herald/replay/progress';

/** One record of a source. */
export interface SourceEntry {
  /** Undefined where nobody can say what the record is. */
  candidate: Candidate | undefined;
  /** The event's bytes; null where they are not there, or not needed for a plan. */
  value: Buffer | null;
  /** Behind it. */
  place: Place;
}

export type SourcePage =
  | {
      kind: 'entries';
      entries: SourceEntry[];
      /** Behind the page, which may end with what is nobody's; undefined where its last entry is its end. */
      end: Place | undefined;
    }
  /** What was to be read next is gone. */
  | { kind: 'expired'; range: ExpiredRange }
  | { kind: 'end' };

/** What a replay reads, page by page, from where its progress says. */
export interface Source {
  /** The progress of a new replay: exact ranges, and what of them has expired. Or why it cannot be. */
  freeze(
    progress: ReplayProgress,
    signal: AbortSignal,
  ): Promise<{ ok: true } | { ok: false; reason: string }>;
  /**
   * Rejects with MustWait where ClickHouse, or a partition, gives nothing now, and with HistoryRefused. Waits for
   * brokers and the schema registry.
   */
  read(progress: ReplayProgress, phase: Phase, signal: AbortSignal): Promise<SourcePage>;
}

/** What the replay needs cannot be had now: it waits for it, says so in these words, and never guesses. */
export class MustWait extends Error {
  override name = 'MustWait';
}

/** ClickHouse will not answer that question: asked again it would say the same. */
export class HistoryRefused extends Error {
  override name = 'HistoryRefused';
}

export async function askingHistory<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    const trouble = readTroubleOf(cause);
    if (trouble === 'away') throw new MustWait('the history cannot be read', { cause });
    if (trouble === undefined) throw cause;
    throw new HistoryRefused(`ClickHouse refuses to read the history for it: ${(cause as Error).message}`, {
      cause,
    });
  }
}
