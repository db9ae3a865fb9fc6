import { expect, test } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import { inState } from './endpoint-state.ts';

const of = (state: Endpoint['state'], heldSkipBeforeMs?: number) => ({ state, heldSkipBeforeMs }) as Endpoint;

test.each(['active', 'paused', 'disabled'] as const)(
  'from off to %s what is held by then is given up',
  (state) => {
    expect(inState(of('off'), state, 9)).toEqual(of(state, 9));
    expect(inState(of('off', 12), state, 9)).toEqual(of(state, 12));
  },
);

test('any other change of state gives up nothing', () => {
  for (const before of ['active', 'paused', 'disabled', 'off'] as const) {
    expect(inState(of(before, 3), 'off', 9)).toEqual(of('off', 3));
    if (before !== 'off') expect(inState(of(before), 'active', 9)).toEqual(of('active'));
  }
});
