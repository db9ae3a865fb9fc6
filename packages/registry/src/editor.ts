import { setTimeout as delay } from 'node:timers/promises';
import { type AuditEntry, type AuditState, askedEntry } from './audit/entry.ts';
import type { AuditLog } from './audit/log.ts';
import { FencedError, type FencedLog, type LogRecord } from './fenced-log.ts';
import {
  type AuditOf,
  cutByBytes,
  type Decision,
  type Edited,
  type Entry,
  landedAt,
  takeRound,
  type Waiting,
} from './round.ts';

/** Edits of a compacted topic, each decided on the very latest value, whoever else writes. */
export interface Editor<V> {
  /**
   * `decide` must be pure: it is called again where another writer came in between. When the edit is written, this
   * process' own table has it. `audit` says who asked for what; an edit without it is Herald's own. Where `decide`
   * looks at other keys, too, whatever writes those names the same `turnOf`: each is decided on what the one before
   * has left, and edits of other turns do not wait for it.
   */
  edit<R>(
    key: string,
    decide: (current: Entry<V> | undefined) => Decision<V, R>,
    audit?: AuditOf<V>,
    turnOf?: string,
  ): Promise<Edited<R>>;
  /** Waits for the edits under way. */
  close(): Promise<void>;
}

export interface EditorOptions<V> {
  log: FencedLog;
  /** Follows the topic that `log` appends to. */
  table: {
    get(key: string): Entry<V> | undefined;
    waitForRevision(revision: number, timeoutMs: number): Promise<boolean>;
  };
  encode: (value: V) => Buffer;
  audit: AuditLog;
  /** For one edit with its waiting, milliseconds. */
  timeoutMs: number;
  random?: () => number;
  now?: () => number;
}

const MAX_WAITING_EDITS = 10_000;
const MAX_ROUND_EDITS = 500;
const MAX_BATCH_BYTES = 512 * 1024;
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 500;

/** A tombstone for a key that no table has: it changes nothing and tells the writer where the end of the log is. */
const BARRIER: LogRecord = { key: ':barrier', value: null };

/**
 * Edits go in rounds: take what waits, append a barrier and read up to it, so that the table holds whatever any
 * writer has written; decide; append in the same tenure. The append fails where another writer came between the
 * barrier and it, and then the round is gone through again. So of two edits of one revision, by any two writers, one
 * is refused. What the audit says of a round is on record before the round is; a second one takes the place of the
 * first.
 */
export function createEditor<V>(options: EditorOptions<V>): Editor<V> {
  const { log, table, encode, audit, timeoutMs, random = Math.random, now = Date.now } = options;
  const waiting: Waiting<V>[] = [];
  let working: Promise<void> | undefined;
  let closed = false;
  let lastFailure = 'Kafka gave no answer';

  return {
    edit<R>(
      key: string,
      decide: (current: Entry<V> | undefined) => Decision<V, R>,
      auditOf?: AuditOf<V>,
      turnOf?: string,
    ): Promise<Edited<R>> {
      if (closed) return unavailable('the writer is closed');
      if (waiting.length >= MAX_WAITING_EDITS) return unavailable(`${waiting.length} edits are waiting`);
      const { promise, resolve, reject } = Promise.withResolvers<Edited<unknown>>();
      const end = (): void => {
        edit.over = true;
        clearTimeout(timer);
      };
      const edit: Waiting<V> = {
        key,
        turnOf,
        decide,
        over: false,
        tried: undefined,
        audit: auditOf,
        entry: undefined,
        isUncertain: false,
        settle(edited) {
          end();
          resolve(edited);
        },
        fail(error) {
          end();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => edit.settle({ kind: 'unavailable', detail: `${lastFailure}, in ${timeoutMs} ms` }),
        timeoutMs,
      );
      waiting.push(edit);
      working ??= work();
      return promise as Promise<Edited<R>>;
    },

    async close() {
      closed = true;
      await working;
      await log.close();
    },
  };

  async function work(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    // Lets the edits of one tick share a round.
    await Promise.resolve();
    while (waiting.length > 0) {
      const round = takeRound(waiting, MAX_ROUND_EDITS);
      if (round.length === 0) continue;
      try {
        await goThrough(round);
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (!(error instanceof FencedError)) {
          lastFailure = messageOf(error);
          for (const edit of round) edit.isUncertain ||= edit.tried !== undefined;
        }
        waiting.unshift(...round.filter((edit) => !edit.over));
        await delay(pauseMs * (0.5 + random()));
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      }
    }
    working = undefined;
  }

  async function goThrough(round: readonly Waiting<V>[]): Promise<void> {
    const tenure = await log.hold();
    const barrier = await tenure.append([BARRIER]);
    await follow(barrier);

    const writes = round.flatMap((edit) => {
      const record = recordOf(edit, barrier);
      return record ? [{ edit, record }] : [];
    });
    await audit.append(writes.flatMap(({ edit }) => edit.entry ?? []));
    for (const batch of cutByBytes(writes, MAX_BATCH_BYTES)) {
      const first = await tenure.append(batch.map(({ record }) => record));
      await follow(first + batch.length - 1);
      audit.note(batch.flatMap(({ edit }, index) => became(edit, 'done', first + index)));
      for (const [index, { edit }] of batch.entries()) {
        edit.settle({ kind: 'written', revision: first + index });
      }
    }
  }

  /** Undefined where the edit needs no record: it is settled then. */
  function recordOf(edit: Waiting<V>, barrier: number): LogRecord | undefined {
    if (edit.over) return undefined;
    try {
      const current = table.get(edit.key);
      const landed = landedAt(edit.tried, current, encode, barrier);
      if (landed !== undefined) {
        audit.note(became(edit, 'done', landed));
        edit.settle({ kind: 'written', revision: landed });
        return undefined;
      }
      const decision = edit.decide(current);
      if ('refuse' in decision) {
        if (!edit.isUncertain) audit.note(became(edit, 'not_done'));
        edit.settle({ kind: 'refused', refusal: decision.refuse });
        return undefined;
      }
      const value = decision.write === undefined ? null : encode(decision.write);
      edit.tried = { value, above: current?.revision ?? -1 };
      edit.entry = edit.audit && {
        ...askedEntry(edit.audit(current, decision.write), now()),
        ...idOf(edit.entry),
      };
      return { key: edit.key, value };
    } catch (error) {
      edit.fail(error);
      return undefined;
    }
  }

  async function follow(revision: number): Promise<void> {
    if (await table.waitForRevision(revision, timeoutMs)) return;
    throw new Error(`the table of this process does not follow: it has not read record ${revision}`);
  }
}

function became<V>({ entry }: Waiting<V>, state: AuditState, revision?: number): AuditEntry[] {
  return entry ? [{ ...entry, state, revision }] : [];
}

/** One edit has one entry, whatever it was decided on the last time. */
function idOf(entry: AuditEntry | undefined): Partial<AuditEntry> {
  return entry ? { auditId: entry.auditId, askedAtMs: entry.askedAtMs } : {};
}

function unavailable(detail: string): Promise<{ kind: 'unavailable'; detail: string }> {
  return Promise.resolve({ kind: 'unavailable', detail });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
