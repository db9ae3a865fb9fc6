import type { AuditEntry, NewAuditEntry } from './audit/entry.ts';
import type { LogRecord } from './fenced-log.ts';

/** A key's current value and its revision. */
export interface Entry<V> {
  value: V;
  revision: number;
}

/** What to do with what is current: write (undefined deletes), or refuse and say why. */
export type Decision<V, R> = { write: V | undefined } | { refuse: R };

export type Edited<R> =
  | { kind: 'written'; revision: number }
  | { kind: 'refused'; refusal: R }
  /** Kafka gave no answer in time. Whether the edit is on record can be seen when it is back. */
  | { kind: 'unavailable'; detail: string };

/** What the audit is to say of an edit that there is a value before or after; pure, for it may be asked again. */
export type AuditOf<V> = (before: Entry<V> | undefined, after: V | undefined) => NewAuditEntry;

/** An edit that waits for its round. */
export interface Waiting<V> {
  key: string;
  /** Edits that are decided by each other's keys name the same; undefined for one that looks at its own key only. */
  turnOf: string | undefined;
  decide: (current: Entry<V> | undefined) => Decision<V, unknown>;
  settle: (edited: Edited<unknown>) => void;
  fail: (error: unknown) => void;
  /** Answered already, be it that its time is up. */
  over: boolean;
  tried: Tried | undefined;
  /** Undefined for what Herald itself tidies up. */
  audit: AuditOf<V> | undefined;
  /** As it was last put on record. */
  entry: AuditEntry | undefined;
  /** The answer to a try was lost: whether that has been written may never be known. */
  isUncertain: boolean;
}

/** What a round has sent without seeing the answer, over which revision. */
export interface Tried {
  value: Buffer | null;
  above: number;
}

/** Takes the first edits out, one a key and one a turn at most: the next one is decided on what this one leaves. */
export function takeRound<V>(waiting: Waiting<V>[], maxEdits: number): Waiting<V>[] {
  const round: Waiting<V>[] = [];
  const later: Waiting<V>[] = [];
  const keys = new Set<string>();
  const turns = new Set<string | undefined>();
  for (const edit of waiting.splice(0)) {
    if (edit.over) continue;
    if (round.length < maxEdits && !keys.has(edit.key) && !turns.has(edit.turnOf)) round.push(edit);
    else later.push(edit);
    keys.add(edit.key);
    if (edit.turnOf !== undefined) turns.add(edit.turnOf);
  }
  waiting.push(...later);
  return round;
}

/**
 * The revision at which an earlier try is on record after all, though its answer was lost. The same value by another
 * writer counts too: what was asked for is in place.
 */
export function landedAt<V>(
  tried: Tried | undefined,
  current: Entry<V> | undefined,
  encode: (value: V) => Buffer,
  barrier: number,
): number | undefined {
  if (!tried) return undefined;
  if (tried.value === null) return current ? undefined : barrier;
  if (!current || current.revision <= tried.above) return undefined;
  return encode(current.value).equals(tried.value) ? current.revision : undefined;
}

/** Batches of at most `maxBytes` of values, but never an empty one. */
export function cutByBytes<T extends { record: LogRecord }>(writes: readonly T[], maxBytes: number): T[][] {
  const batches: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const write of writes) {
    bytes += write.record.value?.length ?? 0;
    if (bytes > maxBytes) {
      batches.push([]);
      bytes = write.record.value?.length ?? 0;
    }
    batches.at(-1)?.push(write);
  }
  return batches;
}
