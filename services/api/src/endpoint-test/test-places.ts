export const MAX_TESTS = 50;
export const MAX_TESTS_PER_ACCOUNT = 5;

/** So many are waited for. */
export interface TooManyTests {
  kind: 'too_many';
  tests: number;
  of: 'the account' | 'this process';
  /** After so long the first of them has ended at the latest. */
  endsInMs: number;
}

/** Who may have a test under way, in this process. */
export interface TestPlaces {
  /** `heldForMs` is how long it may be held at most. To be called once: `release`. */
  take(accountId: string, heldForMs: number): { kind: 'taken'; release(): void } | TooManyTests;
}

/** `now` in milliseconds, of any clock that does not go back. */
export function createTestPlaces(now: () => number): TestPlaces {
  const held = new Set<{ accountId: string; endsAtMs: number }>();

  return {
    take(accountId, heldForMs) {
      const all = [...held];
      const own = all.filter((place) => place.accountId === accountId);
      if (own.length >= MAX_TESTS_PER_ACCOUNT) return tooMany(own, 'the account');
      if (all.length >= MAX_TESTS) return tooMany(all, 'this process');
      const place = { accountId, endsAtMs: now() + heldForMs };
      held.add(place);
      return { kind: 'taken', release: () => held.delete(place) };
    },
  };

  function tooMany(places: readonly { endsAtMs: number }[], of: TooManyTests['of']): TooManyTests {
    const firstMs = Math.min(...places.map(({ endsAtMs }) => endsAtMs));
    return { kind: 'too_many', tests: places.length, of, endsInMs: Math.max(0, firstMs - now()) };
  }
}
