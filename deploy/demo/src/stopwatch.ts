/** Times steps, one after the other. */
export interface Stopwatch {
  time<T>(step: string, work: () => Promise<T>): Promise<T>;
  /** Of each step, in the order that they ended. */
  seconds(): Record<string, number>;
  total(options: { without: string }): number;
}

/** `now` in milliseconds. */
export function createStopwatch(now: () => number): Stopwatch {
  const steps = new Map<string, number>();
  return {
    async time(step, work) {
      const startedAtMs = now();
      const result = await work();
      steps.set(step, now() - startedAtMs);
      return result;
    },
    seconds: () => Object.fromEntries([...steps].map(([step, ms]) => [step, rounded(ms)])),
    total: ({ without }) =>
      rounded([...steps].reduce((sum, [step, ms]) => (step === without ? sum : sum + ms), 0)),
  };
}

function rounded(ms: number): number {
  return Math.round(ms) / 1_000;
}
