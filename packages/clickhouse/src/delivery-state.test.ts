import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DELIVERY_STATES, type Moment, stateAfter, stateOf } from './delivery-state.ts';

const moment: fc.Arbitrary<Moment> = fc.record({
  state: fc.constantFrom(...DELIVERY_STATES),
  step: fc.integer({ min: -1, max: 6 }),
});
const moments = fc.array(moment, { minLength: 1, maxLength: 12 });

test('the state does not depend on the order in which moments arrive, nor on how often', () => {
  fc.assert(
    fc.property(moments, fc.infiniteStream(fc.nat()), (all, picks) => {
      const shuffled = [...all, ...all]
        .map((each): [number, Moment] => [picks.next().value ?? 0, each])
        .sort(([a], [b]) => a - b)
        .map(([, each]) => each);
      expect(stateOf(shuffled)).toBe(stateOf(all));
    }),
  );
});

test('delivered absorbs whatever is recorded beside it', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 6 }), (all, step) => {
      expect(stateOf([...all, { state: 'delivered', step }])).toBe('delivered');
    }),
  );
});

test('a fenced attempt changes nothing, however late its step', () => {
  const fenced: Moment = { state: stateAfter('FENCED', 'NONE'), step: 9 };
  expect(stateOf([{ state: 'waiting', step: 2 }, fenced])).toBe('waiting');
  expect(stateOf([{ state: 'pending', step: -1 }, fenced])).toBe('pending');
});

test('a redrive goes on from dead', () => {
  const dead: Moment = { state: stateAfter('DEAD', 'DEAD'), step: 4 };
  expect(stateOf([dead, { state: stateAfter('ATTEMPTED', 'RETRY'), step: 5 }])).toBe('waiting');
});

test('of two dispositions of one step the one that ends the delivery counts', () => {
  expect(
    stateOf([
      { state: 'dead', step: 3 },
      { state: 'waiting', step: 3 },
    ]),
  ).toBe('dead');
});

test.each([
  ['ATTEMPTED', 'DELIVERED', 'delivered'],
  ['ATTEMPTED', 'RETRY', 'waiting'],
  ['ATTEMPTED', 'HOLD', 'held'],
  ['ATTEMPTED', 'DEAD', 'dead'],
  ['ATTEMPTED', 'UNKNOWN', 'pending'],
  ['PARKED', 'NONE', 'waiting'],
  ['RELEASED', 'NONE', 'waiting'],
  ['HELD', 'HOLD', 'held'],
  ['EXPIRED', 'DEAD', 'dead'],
  ['CANCELLED', 'NONE', 'cancelled'],
  ['UNKNOWN', 'NONE', 'pending'],
] as const)('%s with verdict %s leaves a delivery %s', (disposition, verdict, state) => {
  expect(stateAfter(disposition, verdict)).toBe(state);
});
