/** Few: a person asks for one, and whoever asks for more looks for open ports. */
export const MAX_CHECKS = 16;
export const MAX_CHECKS_PER_ACCOUNT = 2;

/** Beside those under way, of all accounts. */
const MAX_WAITING = 256;

/** About as long as those before it may take. */
export const MAX_WAIT_MS = 5_000;

/** So many are asked for; nothing was looked at. */
export interface TooManyChecks {
  kind: 'too_many';
  checks: number;
  of: 'the account' | 'this process';
}

type Turn = { kind: 'taken'; release(): void } | TooManyChecks;

/** Who may check next. */
export interface CheckTurns {
  /**
   * Waits for a turn where all are taken, at most MAX_WAIT_MS. Turns go to the account that has the fewest, so that an
   * account waits for others to end one, however many they ask for. To be called once: `release`.
   */
  take(accountId: string): Promise<Turn>;
}

interface Waiting {
  accountId: string;
  begin: (turn: Turn) => void;
}

export function createCheckTurns(): CheckTurns {
  const underway = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let taken = 0;

  return {
    async take(accountId) {
      const asked =
        underwayOf(accountId) + [...waiting].filter((each) => each.accountId === accountId).length;
      if (asked >= MAX_CHECKS_PER_ACCOUNT) return { kind: 'too_many', checks: asked, of: 'the account' };
      if (taken < MAX_CHECKS) return begin(accountId);
      if (waiting.size >= MAX_WAITING) return tooManyOfAll();
      const { promise, resolve } = Promise.withResolvers<Turn>();
      const one: Waiting = { accountId, begin: resolve };
      waiting.add(one);
      const timer = setTimeout(() => {
        if (waiting.delete(one)) resolve(tooManyOfAll());
      }, MAX_WAIT_MS);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
  };

  function begin(accountId: string): Turn {
    taken += 1;
    underway.set(accountId, underwayOf(accountId) + 1);
    return { kind: 'taken', release: () => release(accountId) };
  }

  function release(accountId: string): void {
    taken -= 1;
    const left = underwayOf(accountId) - 1;
    if (left === 0) underway.delete(accountId);
    else underway.set(accountId, left);
    const [next] = [...waiting].sort((a, b) => underwayOf(a.accountId) - underwayOf(b.accountId));
    if (!next) return;
    waiting.delete(next);
    next.begin(begin(next.accountId));
  }

  function underwayOf(accountId: string): number {
    return underway.get(accountId) ?? 0;
  }

  function tooManyOfAll(): TooManyChecks {
    return { kind: 'too_many', checks: taken + waiting.size, of: 'this process' };
  }
}
