import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitterShare } from './jitter.ts';
import {
  DEFAULT_RETRY_SCHEDULE,
  leaveTierAt,
  MAX_JITTER_SHARE,
  RETRY_TIERS,
  tierDelayMs,
  tierForWait,
} from './retry-tiers.ts';

describe('retry tiers', () => {
  it('span about three days by default, the last tier twice', () => {
    const totalHours = DEFAULT_RETRY_SCHEDULE.reduce((sum, name) => sum + tierDelayMs(name), 0) / 3_600_000;
    expect(DEFAULT_RETRY_SCHEDULE).toHaveLength(RETRY_TIERS.length + 1);
    expect(totalHours).toBeGreaterThan(68);
    expect(totalHours).toBeLessThan(74);
  });

  it('give a wait the largest tier that fits, so that a long wait costs few hops', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5_000, max: 86_400_000 }), (waitMs) => {
        const fit = tierForWait(waitMs);
        expect(tierDelayMs(fit)).toBeLessThanOrEqual(waitMs);
        const next = RETRY_TIERS[RETRY_TIERS.findIndex((tier) => tier.name === fit) + 1];
        if (next) expect(next.delayMs).toBeGreaterThan(waitMs);
      }),
    );
    expect(tierForWait(0)).toBe('5s');
  });

  it('keep a scheduled retry to its due time in one tier', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RETRY_TIERS), fc.uuid(), fc.nat(20), (tier, id, step) => {
        const dueAtMs = 1_000_000 + tier.delayMs * (1 + jitterShare(id, step));
        expect(leaveTierAt(tier.name, 1_000_000, dueAtMs)).toBe(dueAtMs);
      }),
    );
  });

  it('let a longer wait go at the end of the tier', () => {
    expect(leaveTierAt('10m', 0, 3_600_000)).toBe(720_000);
  });
});

describe('jitterShare', () => {
  it('spreads deliveries evenly over its range', () => {
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const share = jitterShare(`6f1c1f0e-6a51-5d0c-9f6a-${String(i).padStart(12, '0')}`, 1);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(MAX_JITTER_SHARE);
      buckets[Math.min(9, Math.floor((share / MAX_JITTER_SHARE) * 10))]! += 1;
    }
    for (const count of buckets) expect(count).toBeGreaterThan(700);
  });
});
