import type { Terminal } from './terminal.ts';
import { ago } from './when.ts';

/** As the API answers it: the fields that are shown. */
export interface Ledger {
  counted_at: string | null;
  as_of: string | null;
  accepted: number;
  routed: number;
  unmatched: number;
  poison: number;
  unrouted: number;
  deliveries: number;
  pending: number;
  waiting: number;
  held: number;
  cancelled: number;
  dead: number;
  delivered: number;
  gaps: {
    unrouted: number;
    unrecorded: number;
    items: Array<{
      kind: string;
      partition: number;
      first_offset: number;
      last_offset: number;
      since: string;
    }>;
  };
  overdue: {
    pending: number;
    waiting: number;
    held: number;
    deliveries: Array<{ delivery_id: string; endpoint_id: string; state: string; due_at: string }>;
  };
}

/** What was accepted and how far it got; then what does not add up, by name. */
export function showLedger(ledger: Ledger, terminal: Terminal, nowMs: number): void {
  const { print, note, table, colors } = terminal;
  if (ledger.counted_at === null) {
    note('The ledger was never counted: does a logger run?');
    return;
  }
  if (ledger.as_of === null) note('The logger has not caught up yet: nothing is judged.');
  else print(`as of ${ledger.as_of} (${ago(Date.parse(ledger.as_of), nowMs)})`);
  const { accepted, routed, unmatched, poison, unrouted } = ledger;
  print(
    `events      ${accepted}: ${routed} routed (${unmatched} to nobody), ${poison} poison, ${unrouted} not yet`,
  );
  const states = (['delivered', 'waiting', 'pending', 'held', 'dead', 'cancelled'] as const).map(
    (state) => `${ledger[state]} ${state}`,
  );
  print(`deliveries  ${ledger.deliveries}: ${states.join(', ')}`);

  const { gaps, overdue } = ledger;
  if (gaps.items.length > 0) {
    print(colors.red(`gaps: ${gaps.unrouted} offsets unrouted, ${gaps.unrecorded} unrecorded`));
    table(
      ['kind', 'partition', 'from', 'to', 'since'],
      gaps.items.map((gap) => [
        gap.kind,
        String(gap.partition),
        String(gap.first_offset),
        String(gap.last_offset),
        ago(Date.parse(gap.since), nowMs),
      ]),
    );
  }
  if (overdue.deliveries.length > 0) {
    print(
      colors.red(`overdue: ${overdue.pending} pending, ${overdue.waiting} waiting, ${overdue.held} held`),
    );
    table(
      ['delivery', 'endpoint', 'state', 'due'],
      overdue.deliveries.map(({ delivery_id, endpoint_id, state, due_at }) => [
        delivery_id,
        endpoint_id,
        state,
        ago(Date.parse(due_at), nowMs),
      ]),
    );
  }
  if (ledger.as_of !== null && gaps.items.length + overdue.deliveries.length === 0) {
    print(colors.green('everything adds up'));
  }
}
