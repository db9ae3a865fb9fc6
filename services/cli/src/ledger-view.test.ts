import { expect, test } from 'vitest';
import { type Ledger, showLedger } from './ledger-view.ts';
import { createTerminal } from './terminal.ts';

const CLEAR: Ledger = {
  counted_at: '2026-01-15T12:00:00.000Z',
  as_of: '2026-01-15T11:59:50.000Z',
  accepted: 5,
  routed: 4,
  unmatched: 1,
  poison: 1,
  unrouted: 0,
  deliveries: 3,
  pending: 0,
  waiting: 1,
  held: 0,
  cancelled: 0,
  dead: 0,
  delivered: 2,
  gaps: { unrouted: 0, unrecorded: 0, items: [] },
  overdue: { pending: 0, waiting: 0, held: 0, deliveries: [] },
};

function shown(ledger: Ledger): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  const terminal = createTerminal({ stdout: { write }, stderr: { write }, env: {} });
  showLedger(ledger, terminal, Date.parse('2026-01-15T12:00:00.000Z'));
  return text;
}

test('a ledger that adds up says so, and of what moment', () => {
  const text = shown(CLEAR);
  expect(text).toContain('as of 2026-01-15T11:59:50.000Z (10 s ago)');
  expect(text).toContain('5: 4 routed (1 to nobody), 1 poison, 0 not yet');
  expect(text).toContain('3: 2 delivered, 1 waiting');
  expect(text).toContain('everything adds up');
});

test('what does not add up is shown by name', () => {
  const text = shown({
    ...CLEAR,
    gaps: {
      unrouted: 3,
      unrecorded: 0,
      items: [
        {
          kind: 'unrouted',
          partition: 7,
          first_offset: 41,
          last_offset: 43,
          since: '2026-01-15T11:50:00.000Z',
        },
      ],
    },
    overdue: {
      pending: 0,
      waiting: 1,
      held: 0,
      deliveries: [
        { delivery_id: 'd-1', endpoint_id: 'ep-1', state: 'waiting', due_at: '2026-01-15T11:48:00.000Z' },
      ],
    },
  });
  expect(text).toMatch(/unrouted +7 +41 +43 +10 min ago/);
  expect(text).toMatch(/d-1 +ep-1 +waiting +12 min ago/);
  expect(text).not.toContain('adds up');
});

test('nothing is said to add up before anything was counted or judged', () => {
  expect(shown({ ...CLEAR, counted_at: null, as_of: null })).toContain('never counted');
  const text = shown({ ...CLEAR, as_of: null });
  expect(text).toContain('nothing is judged');
  expect(text).not.toContain('adds up');
});
