import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  timeoutMs?: number;
  /** Wait between two looks. */
  everyMs?: number;
}

/**
 * Resolves with what `assertion` returns as soon as it does not throw. After `timeoutMs` (default 30,000) throws the
 * last failure itself, so that a test shows what was not so rather than that time passed.
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 30_000, everyMs = 50 } = options;
  const giveUpAtMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() >= giveUpAtMs) throw error;
    }
    await sleep(everyMs);
  }
}
