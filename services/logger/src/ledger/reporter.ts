import type { Ledger, LedgerFindings } from '@herald/clickhouse/ledger/ledger';
import type { Logger } from '@herald/service-kit/log';

/** Names in one log line; the API has up to 100. */
const MAX_NAMED = 10;

/** Logs what does not add up when it changes, and that everything adds up again: a finding that stays is told once. */
export function createReporter(log: Pick<Logger, 'error' | 'info'>): (ledger: Ledger) => void {
  let told = '';
  return ({ findings }) => {
    const { unrouted, unrecorded, overdue, gaps, overdueDeliveries } = findings;
    const counts = JSON.stringify({ unrouted, unrecorded, ...overdue });
    if (counts === told) return;
    const wasClear = told === '';
    told = addsUp(findings) ? '' : counts;
    if (told !== '') {
      log.error(
        {
          unrouted,
          unrecorded,
          overdue,
          gaps: gaps.slice(0, MAX_NAMED),
          overdueDeliveries: overdueDeliveries.slice(0, MAX_NAMED),
        },
        'the ledger does not add up',
      );
    } else if (!wasClear) {
      log.info('the ledger adds up again');
    }
  };
}

function addsUp({ unrouted, unrecorded, overdue }: LedgerFindings): boolean {
  return unrouted + unrecorded + overdue.pending + overdue.waiting + overdue.held === 0;
}
