import type { Erased, Eraser } from '@herald/clickhouse/erasing/eraser';
import type { Scope } from '@herald/clickhouse/history';
import type { Erasure } from '@herald/domain/erasure';
import type { ErasureRecorder } from '@herald/registry/erasure-recorder';
import type { ErasureTable } from '@herald/registry/erasures';
import { mayEraseFromMs } from './erasure-limit.ts';

/** What became of an erasure that was asked for, as it was put into the audit. */
export type Erasing =
  | { kind: 'erased'; erasedAtMs: number; erased: Erased }
  /** On record: it is done as soon as ClickHouse can do it, by the loggers. */
  | { kind: 'recorded'; erasedAtMs: number }
  /** Kafka is away: it may be on record still. */
  | { kind: 'unavailable'; detail: string };

export interface TooManyErasures {
  kind: 'too_many';
  /** When the account may erase the next one. */
  fromMs: number;
}

export type HistoryErased = Erasing | TooManyErasures;

/** Puts on record that an erasure is asked for, makes it, and notes what became of it. */
type Recorded = (erase: () => Promise<Erasing>) => Promise<Erasing>;

/**
 * Erases the history of one publication of the account. `erasedBy` is for people. What is refused is not put on record:
 * whoever asks in a loop would fill it.
 */
export type EraseHistory = (
  scope: Scope,
  publicationId: string,
  erasedBy: string,
  recorded: Recorded,
) => Promise<HistoryErased>;

export interface EraseHistoryOptions {
  recorder: Pick<ErasureRecorder, 'record'>;
  erasures: Pick<ErasureTable, 'list'>;
  eraser: Pick<Eraser, 'erase'>;
  /** How long ClickHouse is waited for. */
  timeoutMs: number;
  onFailure: (error: unknown) => void;
  now: () => number;
}

/** ClickHouse is asked for so many at once by one process; the loggers do what is beyond. */
const MAX_UNDERWAY = 8;

export function createEraseHistory({
  recorder,
  erasures,
  eraser,
  timeoutMs,
  onFailure,
  now,
}: EraseHistoryOptions): EraseHistory {
  let underway = 0;

  /** Undefined when it is not done in time; it goes on then. */
  async function eraseInTime(erasure: Erasure): Promise<Erased | undefined> {
    if (underway >= MAX_UNDERWAY) return undefined;
    underway += 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const erasing = eraser
      .erase(erasure)
      .catch((error) => {
        onFailure(error);
        return undefined;
      })
      .finally(() => {
        underway -= 1;
      });
    const erased = await Promise.race([erasing, late]);
    clearTimeout(timer);
    return erased;
  }

  async function erase(accountId: string, publicationId: string, erasedBy: string): Promise<Erasing> {
    const recorded = await recorder.record({ accountId, publicationId, erasedBy });
    if (recorded.kind === 'unavailable') {
      onFailure(new Error(recorded.detail));
      return recorded;
    }
    const erased = await eraseInTime(recorded.erasure);
    const { erasedAtMs } = recorded.erasure;
    return erased ? { kind: 'erased', erasedAtMs, erased } : { kind: 'recorded', erasedAtMs };
  }

  return async ({ accountId }, publicationId, erasedBy, recorded) => {
    const fromMs = mayEraseFromMs(erasures.list(), accountId, now());
    if (fromMs !== undefined) return { kind: 'too_many', fromMs };
    return recorded(() => erase(accountId, publicationId, erasedBy));
  };
}
