import { expect, test } from 'vitest';
import { type Figures, showEndpoints, showLag, showStats } from './stats-view.ts';
import { createTerminal, type Terminal } from './terminal.ts';

function shown(show: (terminal: Terminal) => void): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  show(createTerminal({ stdout: { write }, stderr: { write }, env: {} }));
  return text;
}

function figures(total: number, delivered: number): Figures {
  return {
    attempts: {
      total,
      verdicts: { delivered, retry: total - delivered, dead: 0, hold: 0, none: 0 },
      outcomes: total === 0 ? {} : { timeout: total - delivered, '2xx': delivered },
      success_rate: total === 0 ? null : delivered / total,
      duration_ms: total === 0 ? null : { p50: 4.25, p95: 120, p99: 300 },
    },
    deliveries: { total, delivered, waiting: total - delivered, pending: 0, held: 0, dead: 0, cancelled: 0 },
  };
}

test('stats show the sums, then the buckets that something happened in, each with its bar', () => {
  const text = shown((terminal) =>
    showStats(
      {
        as_of: '2026-01-15T14:30:00.000Z',
        from: '2026-01-15T12:00:00.000Z',
        to: '2026-01-15T15:00:00.000Z',
        total: figures(10, 8),
        buckets: [
          { from: '2026-01-15T12:00:00.000Z', ...figures(8, 8) },
          { from: '2026-01-15T13:00:00.000Z', ...figures(0, 0) },
          { from: '2026-01-15T14:00:00.000Z', ...figures(2, 0) },
        ],
      },
      terminal,
    ),
  );
  expect(text).toContain('to 2026-01-15T15:00:00.000Z, as of 2026-01-15T14:30:00.000Z');
  expect(text).toContain('attempts    10: 8 × 2xx, 2 × timeout');
  expect(text).toContain('80.0 % delivered, p50 4.3 ms, p95 120 ms, p99 300 ms');
  expect(text).toContain('deliveries  10: 8 delivered, 2 waiting');
  const lines = text.split('\n').filter((line) => line.startsWith('2026') && !line.includes(' to '));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('█'.repeat(24));
  expect(lines[1]).toContain('░'.repeat(6));
});

test('no attempt at all is told as such, not as a rate of 0', () => {
  const text = shown((terminal) =>
    showStats({ as_of: null, from: 'a', to: 'b', total: figures(0, 0), buckets: [] }, terminal),
  );
  expect(text).toContain('attempts    0: none');
  expect(text).not.toMatch(/0 %|ms/);
});

test('endpoints are told apart by their rate and by what their attempts came to', () => {
  const text = shown((terminal) =>
    showEndpoints({ items: [{ endpoint_id: 'ep_1', attempts: figures(10, 8).attempts }] }, terminal),
  );
  expect(text).toMatch(/ep_1 +10 +80\.0 % +4\.3 ms +120 ms +300 ms +8 × 2xx, 2 × timeout +█{19}░{5}/);
});

test('lag that is not known is not shown as none', () => {
  const item = {
    endpoint_id: 'ep_1',
    open: 2,
    pending: 0,
    waiting: 2,
    held: 0,
    oldest_due_at: '2026-01-15T12:00:00Z',
  };
  const nowMs = Date.parse('2026-01-15T12:01:00Z');
  const known = { as_of: '2026-01-15T12:00:30Z', items: [{ ...item, lag_seconds: 30 }] };
  expect(shown((terminal) => showLag(known, terminal, nowMs))).toMatch(/ep_1 .* 1 min ago +30 s/);
  const unknown = { as_of: null, items: [{ ...item, lag_seconds: null }] };
  expect(shown((terminal) => showLag(unknown, terminal, nowMs))).toMatch(/no lag is known[\s\S]*–/);
});
