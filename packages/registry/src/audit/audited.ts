import { type AuditState, askedEntry, type NewAuditEntry } from './entry.ts';
import type { AuditLog } from './log.ts';

export type Unavailable = { kind: 'unavailable'; detail: string };

/**
 * Puts on record that the change is asked for, makes it, and notes what became of it as `stateOf` tells. Where the
 * record is not confirmed nothing is done, and the answer is as if the change itself had not been confirmed.
 */
export type Audited = <T extends { kind: string }>(
  asked: NewAuditEntry,
  change: () => Promise<T>,
  stateOf: (result: T) => AuditState,
) => Promise<T | Unavailable>;

/** For changes that are no edits of a configuration topic: those are put on record by their editor. */
export function createAudited(log: AuditLog, now: () => number): Audited {
  return async (asked, change, stateOf) => {
    const entry = askedEntry(asked, now());
    try {
      await log.append([entry]);
    } catch (error) {
      return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    }
    const result = await change();
    const state = stateOf(result);
    if (state !== 'asked') log.note([{ ...entry, state }]);
    return result;
  };
}
