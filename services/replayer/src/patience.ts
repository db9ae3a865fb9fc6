import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 5_000;

/** Waits for what does not answer: each time longer, until it answers. */
export interface Patience {
  /** Rejects when the run is ended. */
  pause(detail: string, error?: unknown): Promise<void>;
  restore(): void;
}

export function createPatience(
  onWait: (detail: string, error?: unknown) => void,
  signal: AbortSignal,
): Patience {
  let pauseMs = FIRST_PAUSE_MS;
  return {
    async pause(detail, error) {
      onWait(detail, error);
      await delay(pauseMs, undefined, { signal });
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    },
    restore() {
      pauseMs = FIRST_PAUSE_MS;
    },
  };
}
