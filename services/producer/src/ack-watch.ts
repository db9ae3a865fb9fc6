/** Tells a Kafka that acknowledges nothing from one that has nothing to acknowledge. */
export interface AckWatch {
  /** Called before events are handed over. */
  writing(): void;
  acknowledged(): void;
  /** A readiness check: fails when events have waited for `stallMs` without any acknowledgement. */
  check(): true | string;
}

export interface AckWatchOptions {
  pendingEvents: () => number;
  stallMs: number;
  now: () => number;
}

export function createAckWatch({ pendingEvents, stallMs, now }: AckWatchOptions): AckWatch {
  let lastProgressMs = now();
  return {
    writing() {
      if (pendingEvents() === 0) lastProgressMs = now();
    },
    acknowledged() {
      lastProgressMs = now();
    },
    check() {
      const waitedMs = now() - lastProgressMs;
      if (pendingEvents() === 0 || waitedMs < stallMs) return true;
      return `${pendingEvents()} events wait and Kafka has acknowledged nothing for ${Math.round(waitedMs / 1_000)} s`;
    },
  };
}
