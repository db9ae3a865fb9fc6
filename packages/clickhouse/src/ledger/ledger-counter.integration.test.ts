import { expect, inject, test } from 'vitest';
import { openHistoryStore } from '../history-store.ts';
import { createHistoryDatabase } from '../testing/history-database.ts';
import { NOON_MS } from '../testing/sample-rows.ts';
import { openLedgerCounter } from './ledger-counter.ts';

test('the moment of the ledger never goes back, whoever keeps it again after another one', async () => {
  const database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  const history = openHistoryStore(database.options);
  const [first, second] = [openLedgerCounter(database.options), openLedgerCounter(database.options)];
  const stateAt = (asOfMs: number | undefined) => {
    return { asOfMs, overdueAfterMs: 300_000, retentionMs: 86_400_000, settledUntilMs: 0, watermarks: [] };
  };
  await first.count(stateAt(NOON_MS));
  await second.count(stateAt(NOON_MS + 3_600_000));
  await first.count(stateAt(undefined));
  expect(await history.ledger.asOf()).toBe(NOON_MS + 3_600_000);
  await Promise.all([first.close(), second.close(), history.close()]);
  await database.drop();
});
