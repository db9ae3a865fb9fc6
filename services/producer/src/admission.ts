/** Whether a request may come in, and what it holds until it is over. */
export type Admitted = { ok: true; release: () => void } | { ok: false; because: 'events' | 'bytes' };

export interface Admission {
  /** `bodyBytes` is what the body may have: its announced length, or the limit where it announces none. */
  admit(bodyBytes: number): Admitted;
  readonly pendingBytes: number;
}

export interface AdmissionOptions {
  maxPendingEvents: number;
  maxPendingBytes: number;
  /** Events that wait for their acknowledgement. */
  pendingEvents: () => number;
}

/** Refuses while Kafka does not keep up: what waits in memory is what a crash would lose. */
export function createAdmission(options: AdmissionOptions): Admission {
  let pendingBytes = 0;
  return {
    admit(bodyBytes) {
      if (options.pendingEvents() >= options.maxPendingEvents) return { ok: false, because: 'events' };
      if (pendingBytes > 0 && pendingBytes + bodyBytes > options.maxPendingBytes) {
        return { ok: false, because: 'bytes' };
      }
      pendingBytes += bodyBytes;
      let held = bodyBytes;
      return {
        ok: true,
        release() {
          pendingBytes -= held;
          held = 0;
        },
      };
    },
    get pendingBytes() {
      return pendingBytes;
    },
  };
}
