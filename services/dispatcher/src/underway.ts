/** Counts what a lane has begun and is not yet acknowledged: it is drained when there is nothing. */
export interface Underway {
  readonly count: number;
  begin(): void;
  end(): void;
  /** Resolves when the count is, or becomes, zero. */
  drained(): Promise<void>;
}

export function createUnderway(): Underway {
  let count = 0;
  let waiting: (() => void)[] = [];

  return {
    get count() {
      return count;
    },
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      const resolved = waiting;
      waiting = [];
      for (const resolve of resolved) resolve();
    },
    drained() {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
