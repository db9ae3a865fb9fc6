import type { Ledger, LedgerFindings } from '@herald/clickhouse/ledger/ledger';
import { expect, test } from 'vitest';
import { createReporter } from './reporter.ts';

function ledgerWith(said: Partial<LedgerFindings> = {}): Ledger {
  const findings: LedgerFindings = {
    unrouted: 0,
    unrecorded: 0,
    gaps: [],
    overdue: { pending: 0, waiting: 0, held: 0 },
    oldestDueAtMs: undefined,
    overdueDeliveries: [],
    overdueEndpoints: [],
    lagging: [],
    ...said,
  };
  return { findings } as Ledger;
}

function told(...ledgers: Ledger[]): string[] {
  const lines: string[] = [];
  const report = createReporter({
    error: ((detail: { unrouted: number }) => lines.push(`error ${detail.unrouted}`)) as never,
    info: ((text: string) => lines.push(text)) as never,
  });
  for (const ledger of ledgers) report(ledger);
  return lines;
}

test('a finding is told once while it stays, again when it changes, and when it is gone', () => {
  const gap = ledgerWith({ unrouted: 1 });
  const larger = ledgerWith({ unrouted: 2 });
  expect(told(ledgerWith(), gap, gap, larger, larger, ledgerWith(), ledgerWith(), gap)).toEqual([
    'error 1',
    'error 2',
    'the ledger adds up again',
    'error 1',
  ]);
});

test('a ledger that adds up from the start is silent', () => {
  expect(told(ledgerWith(), ledgerWith())).toEqual([]);
});
