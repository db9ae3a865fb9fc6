import type { Ledger } from '@herald/clickhouse/ledger/ledger';
import { createMetrics } from '@herald/service-kit/metrics';
import { expect, test } from 'vitest';
import { watchLedger } from './ledger-metrics.ts';

const LEDGER: Ledger = {
  report: {
    countedAtMs: 2_000_000,
    asOfMs: 1_990_000,
    overdueAfterMs: 300_000,
    judgedFromMs: 0,
  },
  figures: {
    accepted: 5,
    routed: 4,
    unmatched: 1,
    poison: 0,
    unrouted: 1,
    unrecorded: 0,
    matched: 3,
    deliveries: 3,
    pending: 1,
    waiting: 0,
    held: 0,
    cancelled: 0,
    dead: 0,
    delivered: 2,
  },
  findings: {
    unrouted: 1,
    unrecorded: 0,
    gaps: [],
    overdue: { pending: 1, waiting: 0, held: 0 },
    oldestDueAtMs: 1_590_000,
    overdueDeliveries: [],
    overdueEndpoints: [],
    lagging: [{ endpointId: 'ep_1', accountId: 'acc_1', overdue: 1, oldestDueAtMs: 1_989_000 }],
  },
};

/** The samples of the ledger, by name and labels. */
async function samplesWith(states: ReadonlyArray<Ledger | undefined>): Promise<Record<string, number>> {
  const metrics = createMetrics({ service: 'logger' });
  let current: Ledger | undefined;
  watchLedger(metrics, () => current);
  let text = '';
  for (const state of states) {
    current = state;
    text = await metrics.registry.metrics();
  }
  const lines = text.split('\n').filter((line) => line.startsWith('herald_ledger_'));
  return Object.fromEntries(
    lines.map((line) => [
      line
        .slice(0, line.lastIndexOf(' '))
        .replace(/,?service="logger"/, '')
        .replace('{}', ''),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

test('a logger that keeps the ledger exposes what it says', async () => {
  expect(await samplesWith([undefined, LEDGER])).toMatchObject({
    'herald_ledger_accounted_deliveries{state="delivered"}': 2,
    'herald_ledger_accounted_offsets{kind="accepted"}': 5,
    'herald_ledger_gap_offsets{kind="unrouted"}': 1,
    'herald_ledger_gap_offsets{kind="unrecorded"}': 0,
    'herald_ledger_overdue_deliveries{state="pending"}': 1,
    herald_ledger_oldest_overdue_seconds: 400,
    'herald_ledger_endpoint_lag_seconds{endpoint_id="ep_1"}': 1,
    herald_ledger_as_of_timestamp_seconds: 1_990,
    herald_ledger_counted_timestamp_seconds: 2_000,
  });
});

test('a logger that does not keep it has no samples, so that a sum over loggers counts nothing twice', async () => {
  expect(await samplesWith([undefined])).toEqual({});
  expect(await samplesWith([LEDGER, undefined])).toEqual({});
});
