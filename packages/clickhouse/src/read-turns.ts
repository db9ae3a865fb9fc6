/** An account asks for more than its turns, and waited for one for as long as anybody may. Nothing was asked. */
export class TooManyReads extends Error {
  constructor(reads: number) {
    super(`The account has ${reads} queries of the history under way, and may have no more`);
  }
}

/** Who may ask ClickHouse next. */
export interface ReadTurns {
  /**
   * Waits for a turn. An account has at most as many as it leaves free (ADR 0032), so that whoever comes next finds one,
   * however much it asks for; of those who wait, the account with the fewest is next. What it answers with ends the
   * turn, and is to be called once. Rejects with TooManyReads, also when `signal` aborts while it waits.
   */
  take(accountId: string, signal: AbortSignal): Promise<() => void>;
}

export interface ReadTurnsOptions {
  /** Of all accounts together. */
  turns: number;
  maxWaitMs: number;
}

/** Of one account: a page that shows everything at once asks some dozen. */
const MAX_WAITING = 200;

interface Waiting {
  accountId: string;
  begin: (end: () => void) => void;
}

export function createReadTurns({ turns, maxWaitMs }: ReadTurnsOptions): ReadTurns {
  const underway = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let free = turns;

  return {
    async take(accountId, signal) {
      if (mayBegin(accountId)) return begin(accountId);
      const before = [...waiting].filter((one) => one.accountId === accountId).length;
      if (before >= MAX_WAITING) throw new TooManyReads(underwayOf(accountId));
      const turn = Promise.withResolvers<() => void>();
      const one: Waiting = { accountId, begin: turn.resolve };
      waiting.add(one);
      const giveUp = () => {
        if (waiting.delete(one)) turn.reject(new TooManyReads(underwayOf(accountId)));
      };
      const timer = setTimeout(giveUp, maxWaitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await turn.promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      }
    },
  };

  function mayBegin(accountId: string): boolean {
    return underwayOf(accountId) < free;
  }

  function begin(accountId: string): () => void {
    free -= 1;
    underway.set(accountId, underwayOf(accountId) + 1);
    return () => end(accountId);
  }

  function end(accountId: string): void {
    free += 1;
    const left = underwayOf(accountId) - 1;
    if (left === 0) underway.delete(accountId);
    else underway.set(accountId, left);
    for (let next = nextOf(); next; next = nextOf()) {
      waiting.delete(next);
      next.begin(begin(next.accountId));
    }
  }

  /** In the order of asking, where accounts have equally many. */
  function nextOf(): Waiting | undefined {
    return [...waiting]
      .filter(({ accountId }) => mayBegin(accountId))
      .sort((a, b) => underwayOf(a.accountId) - underwayOf(b.accountId))[0];
  }

  function underwayOf(accountId: string): number {
    return underway.get(accountId) ?? 0;
  }
}
