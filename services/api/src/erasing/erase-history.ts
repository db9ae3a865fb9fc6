import type { Erased, Eraser } from '@herald/clickhouse/erasing/eraser';
import type { Scope } from '@herald/clickhouse/history';
import type { Erasure } from '@herald/domain/erasure';
import type { RecordErasure } from '@herald/registry/erasures';

export type HistoryErased =
  | { kind: 'erased'; erasedAtMs: number; erased: Erased }
  /** On record: it is done as soon as ClickHouse can do it, by the loggers. */
  | { kind: 'recorded'; erasedAtMs: number }
  /** Kafka is away: it may be on record still. */
  | { kind: 'unavailable'; detail: string };

/** Erases the history of one publication of the account. `erasedBy` is for people. */
export type EraseHistory = (scope: Scope, publicationId: string, erasedBy: string) => Promise<HistoryErased>;

export interface EraseHistoryOptions {
  record: RecordErasure;
  eraser: Pick<Eraser, 'erase'>;
  /** How long ClickHouse is waited for. */
  timeoutMs: number;
  onFailure: (error: unknown) => void;
}

export function createEraseHistory({
  record,
  eraser,
  timeoutMs,
  onFailure,
}: EraseHistoryOptions): EraseHistory {
  /** Undefined when it is not done in time; it goes on then. */
  async function eraseInTime(erasure: Erasure): Promise<Erased | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const erasing = eraser.erase(erasure).catch((error) => {
      onFailure(error);
      return undefined;
    });
    const erased = await Promise.race([erasing, late]);
    clearTimeout(timer);
    return erased;
  }

  return async ({ accountId }, publicationId, erasedBy) => {
    let erasure: Erasure;
    try {
      erasure = await record({ accountId, publicationId, erasedBy });
    } catch (error) {
      onFailure(error);
      return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    }
    const erased = await eraseInTime(erasure);
    const { erasedAtMs } = erasure;
    return erased ? { kind: 'erased', erasedAtMs, erased } : { kind: 'recorded', erasedAtMs };
  };
}
