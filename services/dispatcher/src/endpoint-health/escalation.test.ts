import { expect, test } from 'vitest';
import { escalate } from './escalation.ts';

const HOUR_MS = 3_600_000;
const policy = { warnAfterMs: [24 * HOUR_MS, 72 * HOUR_MS], disableAfterMs: 120 * HOUR_MS };
const NONE = { kind: 'none' };

test.each([
  ['the first day', 24 * HOUR_MS - 1, 0, NONE],
  ['a day', 24 * HOUR_MS, 0, { kind: 'warn', afterMs: 24 * HOUR_MS }],
  ['a day, when that was said', 71 * HOUR_MS, 24 * HOUR_MS, NONE],
  ['three days', 72 * HOUR_MS, 24 * HOUR_MS, { kind: 'warn', afterMs: 72 * HOUR_MS }],
  ['three days, with nothing said', 80 * HOUR_MS, 0, { kind: 'warn', afterMs: 72 * HOUR_MS }],
  ['nearly five days, when all was said', 120 * HOUR_MS - 1, 72 * HOUR_MS, NONE],
  ['five days', 120 * HOUR_MS, 72 * HOUR_MS, { kind: 'disable' }],
  ['weeks, with nothing said', 1_000 * HOUR_MS, 0, { kind: 'disable' }],
])('what a failure calls for after %s', (_, forMs, warnedMs, expected) => {
  expect(escalate({ sinceMs: 5, revision: 1, warnedMs }, policy, 5 + forMs)).toEqual(expected);
});

test('without warnings there is still an end', () => {
  const quiet = { warnAfterMs: [], disableAfterMs: HOUR_MS };
  expect(escalate({ sinceMs: 0, revision: 1, warnedMs: 0 }, quiet, HOUR_MS - 1)).toEqual(NONE);
  expect(escalate({ sinceMs: 0, revision: 1, warnedMs: 0 }, quiet, HOUR_MS)).toEqual({ kind: 'disable' });
});
