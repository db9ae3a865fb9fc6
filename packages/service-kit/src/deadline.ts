/** The time that a shutdown has, and the list of what it is doing. */
export interface Deadline {
  remainingMs(): number;
  /** Runs one named step of the shutdown; it is named in the log if the deadline passes during it. */
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>;
  /** The steps under way. */
  running(): string[];
}

export function createDeadline(deadlineMs: number, now: () => number = Date.now): Deadline {
  const endsAtMs = now() + deadlineMs;
  const steps = new Map<symbol, string>();
  return {
    remainingMs: () => Math.max(0, endsAtMs - now()),
    async step(name, work) {
      const id = Symbol(name);
      steps.set(id, name);
      try {
        return await work();
      } finally {
        steps.delete(id);
      }
    },
    running: () => [...steps.values()],
  };
}
