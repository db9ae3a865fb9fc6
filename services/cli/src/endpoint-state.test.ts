import { expect, test } from 'vitest';
import { stateText } from './endpoint-state.ts';

const NOW_MS = Date.parse('2026-03-15T14:30:00Z');

test.each([
  [{ state: 'active', reason: null, failing_since: null }, 'active'],
  [{ state: 'active', reason: null, failing_since: '2026-03-15T11:30:00Z' }, 'active, first failed 3 h ago'],
  [{ state: 'held', reason: 'failing', failing_since: '2026-03-10T11:30:00Z' }, 'held (failing)'],
])('%j is shown as %s', (status, text) => {
  expect(stateText(status, NOW_MS)).toBe(text);
});
