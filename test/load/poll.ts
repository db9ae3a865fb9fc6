import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './clock.ts';

export interface PollOptions {
  everyMs: number;
  timeoutMs: number;
}

/**
 * Asks until the answer is yes. Resolves with the monotonic time of that answer; with undefined when `timeoutMs` have
 * passed before: a scenario that does not come to its end is a result too.
 */
export async function pollUntil(
  ask: () => Promise<boolean>,
  { everyMs, timeoutMs }: PollOptions,
): Promise<number | undefined> {
  const giveUpAtMs = monotonicMs() + timeoutMs;
  for (;;) {
    if (await ask()) return monotonicMs();
    if (monotonicMs() >= giveUpAtMs) return undefined;
    await sleep(everyMs);
  }
}
