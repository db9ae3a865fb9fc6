import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Deadlines, type Expiring } from './deadlines.ts';

function waiting(deadlines: Deadlines<Expiring>, deadlineMs: number): Expiring & { expired: boolean } {
  const item = {
    deadlineMs,
    deadlineSlot: -1,
    expired: false,
    expire() {
      item.expired = true;
      deadlines.delete(item);
    },
  };
  deadlines.add(item);
  return item;
}

it('whatever is added and taken out, in any order, exactly the rest waits', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), (steps) => {
      const deadlines = new Deadlines<Expiring>();
      const model = new Set<Expiring>();
      for (const step of steps) {
        const chosen = [...model][(step ?? 0) % (model.size || 1)];
        if (step === null || !chosen) {
          model.add(waiting(deadlines, 0));
        } else {
          model.delete(chosen);
          deadlines.delete(chosen);
        }
        expect(new Set(deadlines.all())).toEqual(model);
      }
    }),
  );
});

it('exactly what is due expires', async () => {
  const deadlines = new Deadlines<Expiring>();
  const nowMs = performance.now();
  const due = [waiting(deadlines, nowMs - 1), waiting(deadlines, nowMs), waiting(deadlines, nowMs - 2)];
  const later = waiting(deadlines, nowMs + 600_000);
  await vi.waitFor(() => expect(due.map(({ expired }) => expired)).toEqual([true, true, true]));
  expect(later.expired).toBe(false);
  expect(deadlines.all()).toEqual([later]);
  deadlines.delete(later);
});
