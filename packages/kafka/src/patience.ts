import { isFatal } from './kafkajs-errors.ts';

const firstBackoffMs = 100;
const maxBackoffMs = 2_000;

/**
 * Tries until `attempt` resolves, with growing pauses: brokers come back. Rejects when `isHopeless` says that nothing
 * gets better by trying (by default a permission, a setting or a bug) and, with the last error, once `signal` is
 * aborted.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  isHopeless: (error: unknown) => boolean = isFatal,
): Promise<T> {
  for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(maxBackoffMs, backoffMs * 2)) {
    try {
      return await attempt();
    } catch (error) {
      if (isHopeless(error) || signal.aborted) throw error;
      await pause(backoffMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

/** True when `work` has ended within `ms`; false when it goes on. Rejects as `work` does. */
export async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
