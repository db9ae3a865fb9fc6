import type { LedgerFigures } from '@herald/clickhouse/ledger/ledger';
import type { Screen } from './screen.ts';
import type { Summary } from './summary.ts';

export interface Witnessed extends Summary {
  /** Events of Herald's own among them: that an endpoint is gone. */
  operational: number;
}

/**
 * Two books of one run: what receivers got and topics keep, and what ClickHouse has. They are kept by different
 * hands, and have to agree.
 */
export function showLedger(screen: Screen, witnessed: Witnessed, recorded: LedgerFigures): void {
  const { colors } = screen;
  const row = (name: string, seen: number, kept: number) => [
    name,
    String(seen),
    String(kept),
    seen === kept ? colors.green('✓') : colors.red('✗'),
  ];
  screen.table(
    ['', 'receivers and topics', 'ClickHouse', ''],
    [
      row('events accepted', witnessed.events + witnessed.operational, recorded.accepted),
      row('deliveries routed', witnessed.routed, recorded.deliveries),
      row('  delivered', witnessed.delivered, recorded.delivered),
      row('  waiting', witnessed.waiting, recorded.waiting + recorded.pending),
      row('  held', witnessed.held, recorded.held),
      row('  dead', witnessed.dead, recorded.dead),
    ],
  );
  const { delivered, waiting, held, dead, lost, duplicates } = witnessed;
  const sum = `${delivered} delivered + ${waiting} waiting + ${held} held + ${dead} dead`;
  const verdict = lost === 0 ? colors.green('nothing is lost') : colors.red(`${lost} lost`);
  screen.line(`${sum} = ${delivered + waiting + held + dead} of ${witnessed.routed}: ${verdict}.`);
  screen.line(colors.dim(`${duplicates} duplicates, ${witnessed.attempts} requests on record.`));
}

/** Whether ClickHouse has caught up with what the topics say. */
export function agrees(witnessed: Witnessed, recorded: LedgerFigures): boolean {
  return (
    recorded.accepted >= witnessed.events + witnessed.operational &&
    recorded.deliveries === witnessed.routed &&
    recorded.delivered === witnessed.delivered &&
    recorded.held === witnessed.held &&
    recorded.dead === witnessed.dead
  );
}
