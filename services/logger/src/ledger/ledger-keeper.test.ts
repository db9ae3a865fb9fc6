import type { Ledger } from '@herald/clickhouse/ledger/ledger';
import type { LogState } from '@herald/clickhouse/ledger/ledger-counter';
import { eventually } from '@herald/testkit/eventually';
import { expect, test } from 'vitest';
import { type LedgerKeeperOptions, startLedgerKeeper } from './ledger-keeper.ts';

const FOUND = { report: undefined } as Ledger;

function keeperWith(said: Partial<LedgerKeeperOptions> = {}) {
  const states: LogState[] = [];
  const failures: unknown[] = [];
  const keeper = startLedgerKeeper({
    isKeeper: () => true,
    progress: {
      read: async () => [{ topic: 't', partition: 3, committedOffset: 7, completed: [], endOffset: 7 }],
    },
    counter: {
      async count(state) {
        states.push(state);
        return { stretches: 1, isRecount: false };
      },
    },
    readLedger: async () => FOUND,
    everyMs: 1,
    overdueAfterMs: 300_000,
    retentionMs: 1_000,
    settledUntilMs: 5,
    onCounted: () => {},
    onFailed: (error) => failures.push(error),
    now: Date.now,
    ...said,
  });
  return { keeper, states, failures };
}

test('a round counts as of the moment before it asked, with what is on record by then', async () => {
  let now = 1_000;
  const { keeper, states } = keeperWith({ now: () => now++ });
  await eventually(() => expect(keeper.ledger).toBe(FOUND));
  await keeper.stop();
  expect(states[0]).toMatchObject({
    asOfMs: 1_001,
    overdueAfterMs: 300_000,
    retentionMs: 1_000,
    settledUntilMs: 5,
    watermarks: [{ topic: 't', partition: 3, offset: 7 }],
  });
});

test('a round that fails is told and made good by the next, and what was found before stays', async () => {
  let rounds = 0;
  const { keeper, failures } = keeperWith({
    async readLedger() {
      rounds += 1;
      if (rounds === 2) throw new Error('ClickHouse is away');
      return FOUND;
    },
  });
  await eventually(() => expect(rounds).toBeGreaterThan(2));
  expect(failures).toHaveLength(1);
  expect(keeper.ledger).toBe(FOUND);
  await keeper.stop();
});

test('a logger that does not keep the ledger says nothing of it, also when it kept it before', async () => {
  let isKeeper = true;
  const { keeper, states } = keeperWith({ isKeeper: () => isKeeper });
  await eventually(() => expect(keeper.ledger).toBe(FOUND));
  isKeeper = false;
  await eventually(() => expect(keeper.ledger).toBeUndefined());
  const counted = states.length;
  await eventually(() => expect(keeper.ledger).toBeUndefined());
  expect(states.length).toBe(counted);
  await keeper.stop();
});

test('a stop cuts a round off that hangs, and tells of no failure', async () => {
  const hanging = Promise.withResolvers<Ledger>();
  const { keeper, states, failures } = keeperWith({ readLedger: () => hanging.promise });
  await eventually(() => expect(states).toHaveLength(1));
  const stopped = keeper.stop();
  hanging.reject(new Error('the connection was closed'));
  await stopped;
  expect(failures).toEqual([]);
});
