/** Whether a request may come in, and what it holds until it is over. */
export type Admitted = { ok: true; hold: Hold } | { ok: false; because: Fullness };

export type Fullness = 'events' | 'bytes' | 'events of the account' | 'bytes of the account';

export interface Hold {
  /** Asks for room for the events of the body, once they are counted; undefined where there is. */
  addEvents(count: number): Fullness | undefined;
  release(): void;
}

export interface Admission {
  /** `bodyBytes` is what the body may have: its announced length, or the limit where it announces none. */
  admit(accountId: string, bodyBytes: number): Admitted;
  readonly pendingBytes: number;
}

export interface AdmissionOptions {
  maxPendingEvents: number;
  maxPendingBytes: number;
  /** Events that wait for their acknowledgement. */
  pendingEvents: () => number;
}

/**
 * Refuses while Kafka does not keep up: what waits in memory is what a crash would lose.
 *
 * One account may hold as much as it leaves free: one that floods gets at most half of everything, two get a third
 * each, and whoever comes next finds room (the dynamic thresholds of Choudhury and Hahne, 1998). What holds nothing
 * yet comes in alone, however large it is: else it never would.
 */
export function createAdmission(options: AdmissionOptions): Admission {
  const { maxPendingEvents, maxPendingBytes } = options;
  const total = { events: 0, bytes: 0 };
  const byAccount = new Map<string, typeof total>();

  function fullness(own: typeof total | undefined, wanted: typeof total): Fullness | undefined {
    // Events of repeated requests are held here and written once; events of slow writes wait in the publisher alone.
    const events = Math.max(total.events, options.pendingEvents());
    if (isFull(events, wanted.events, maxPendingEvents)) return 'events';
    if (isFull(total.bytes, wanted.bytes, maxPendingBytes)) return 'bytes';
    const freeEvents = maxPendingEvents - events - wanted.events;
    if (isFull(own?.events ?? 0, wanted.events, freeEvents)) return 'events of the account';
    const freeBytes = maxPendingBytes - total.bytes - wanted.bytes;
    if (isFull(own?.bytes ?? 0, wanted.bytes, freeBytes)) return 'bytes of the account';
    return undefined;
  }

  return {
    admit(accountId, bodyBytes) {
      const because = fullness(byAccount.get(accountId), { events: 1, bytes: bodyBytes });
      if (because) return { ok: false, because };
      const own = byAccount.get(accountId) ?? { events: 0, bytes: 0 };
      byAccount.set(accountId, own);
      const held = { events: 0, bytes: 0 };
      const add = (events: number, bytes: number) => {
        for (const sum of [total, own, held]) {
          sum.events += events;
          sum.bytes += bytes;
        }
      };
      add(0, bodyBytes);
      return {
        ok: true,
        hold: {
          addEvents(count) {
            const full = fullness(own, { events: count, bytes: 0 });
            if (full === undefined) add(count, 0);
            return full;
          },
          release() {
            add(-held.events, -held.bytes);
            if (own.bytes === 0 && own.events === 0) byAccount.delete(accountId);
          },
        },
      };
    },
    get pendingBytes() {
      return total.bytes;
    },
  };
}

function isFull(held: number, wanted: number, bound: number): boolean {
  return held > 0 && wanted > 0 && held + wanted > bound;
}
