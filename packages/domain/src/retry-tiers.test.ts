import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitterShare } from './jitter.ts';
import {
  DEFAULT_RETRY_SCHEDULE,
  leaveTierAt,
  MAX_JITTER_SHARE,
  MAX_STAY_SHARE,
  RETRY_TIERS,
  tierAfter,
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

  it('take any wait to its due time, no earlier, in stays of about the delay of each tier and at most five hops', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 * (1 + MAX_JITTER_SHARE) }), (waitMs) => {
        let nowMs = 0;
        let writes = 0;
        for (let tier = tierAfter(waitMs, nowMs); tier; tier = tierAfter(waitMs, nowMs)) {
          const stayMs = leaveTierAt(tier, nowMs, waitMs) - nowMs;
          if (waitMs >= 4_000) expect(stayMs / tierDelayMs(tier)).toBeGreaterThanOrEqual(0.5);
          expect(stayMs / tierDelayMs(tier)).toBeLessThanOrEqual(MAX_STAY_SHARE);
          nowMs += stayMs;
          writes += 1;
        }
        expect(nowMs).toBeCloseTo(waitMs, 3);
        expect(writes).toBeLessThanOrEqual(5);
      }),
      { numRuns: 1_000 },
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

  it('part a longer wait into even stays', () => {
    expect(leaveTierAt('10m', 0, 3_600_000)).toBe(720_000);
    expect(leaveTierAt('10m', 0, 24 * 60_000)).toBe(720_000);
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
