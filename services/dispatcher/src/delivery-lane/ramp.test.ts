import fc from 'fast-check';
import { expect, test } from 'vitest';
import { madeBetween, RAMP_MS, rampAt, timeToMakeMs } from './ramp.ts';

const perMs = fc.double({ min: 1e-5, max: 100, noNaN: true });
const ageMs = fc.double({ min: 0, max: 2 * RAMP_MS, noNaN: true });

test('a recovery begins with five a second, one at a time, and doubles until nothing is held back', () => {
  expect(rampAt(0)).toEqual({ perSecond: 5, maxInFlight: 1 });
  expect(rampAt(2_000)).toEqual({ perSecond: 10, maxInFlight: 2 });
  expect(rampAt(10_000)).toEqual({ perSecond: 160, maxInFlight: 32 });
  expect(rampAt(RAMP_MS)).toEqual({ perSecond: Infinity, maxInFlight: Infinity });
});

test('the time for a number of deliveries is the time in which so many are made', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), perMs, ageMs, (count, pace, age) => {
      const takenMs = timeToMakeMs(count, pace, age);
      expect(madeBetween(pace, age, age + takenMs) / count).toBeCloseTo(1, 4);
    }),
  );
});

test('what is made is the sum of its moments, each at the lower of the pace and the ramp', () => {
  fc.assert(
    fc.property(perMs, ageMs, fc.double({ min: 0, max: 30_000, noNaN: true }), (pace, from, spanMs) => {
      const steps = 3_000;
      let sum = 0;
      for (let n = 0; n < steps; n++) {
        const { perSecond } = rampAt(from + ((n + 0.5) * spanMs) / steps);
        sum += (Math.min(pace, perSecond / 1_000) * spanMs) / steps;
      }
      expect(madeBetween(pace, from, from + spanMs)).toBeCloseTo(sum, -Math.log10(0.01 + sum * 0.01));
    }),
  );
});
