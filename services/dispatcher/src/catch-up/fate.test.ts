import { describe, expect, it } from 'vitest';
import { expiresAt, fateOf, type HeldFacts } from './fate.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const held: HeldFacts = {
  heldAtMs: 0,
  state: 'held',
  skipBeforeMs: undefined,
  retentionMs: 14 * DAY,
  nowMs: HOUR,
};

describe('a held delivery', () => {
  it.each([
    ['waits while its endpoint is held, until it would be lost', {}, { kind: 'wait', untilMs: 13 * DAY }],
    ['is delivered when its endpoint catches up', { state: 'catching-up' }, { kind: 'deliver' }],
    ['is delivered when its endpoint is ordered and not held', { state: 'active' }, { kind: 'deliver' }],
    ['goes the way of deleted endpoints', { state: undefined, skipBeforeMs: DAY }, { kind: 'deliver' }],
    ['is cancelled when its owner gave it up', { skipBeforeMs: 1 }, { kind: 'cancel' }],
    [
      'is cancelled also when its endpoint catches up',
      { state: 'catching-up', skipBeforeMs: 1 },
      { kind: 'cancel' },
    ],
    [
      'is kept when it is as old as what was given up is younger than',
      { skipBeforeMs: 0 },
      { kind: 'wait', untilMs: 13 * DAY },
    ],
    ['expires a day before its topic drops it', { nowMs: 13 * DAY }, { kind: 'expire' }],
    [
      'is delivered, however old, when it still can be',
      { state: 'active', nowMs: 14 * DAY },
      { kind: 'deliver' },
    ],
    [
      'of a topic that keeps all waits for ever',
      { retentionMs: undefined, nowMs: 99 * DAY },
      { kind: 'wait', untilMs: Number.POSITIVE_INFINITY },
    ],
  ] as const)('%s', (_, facts, fate) => {
    expect(fateOf({ ...held, ...facts })).toEqual(fate);
  });

  it('of a topic with a short memory expires after half of it', () => {
    expect(expiresAt(0, DAY)).toBe(DAY / 2);
    expect(expiresAt(0, 10)).toBe(5);
  });
});
