import type { Disposition, Verdict } from '@herald/contracts/generated/delivery-attempt';

/**
 * How a delivery stands, for people. In the order that decides between two dispositions of the same step: the later
 * one in the list wins.
 */
export const DELIVERY_STATES = ['pending', 'waiting', 'held', 'cancelled', 'dead', 'delivered'] as const;

/**
 * `pending`: routed, nothing has become of it yet. `waiting`: for its next attempt. `held`: kept, its endpoint is
 * paused, disabled or catching up. `cancelled`: its replay was. `dead`: given up, can be redriven.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One row of a delivery's life: its routing (step -1) or one disposition. */
export interface Moment {
  state: DeliveryState;
  step: number;
}

/**
 * The state that a disposition leaves a delivery in. A fenced attempt decides nothing (the new owner does), nor does
 * a disposition that this reader is too old to know.
 */
export function stateAfter(disposition: Disposition, verdict: Verdict): DeliveryState {
  switch (disposition) {
    case 'ATTEMPTED':
      return stateAfterAttempt(verdict);
    case 'PARKED':
    case 'RELEASED':
      return 'waiting';
    case 'HELD':
      return 'held';
    case 'DEAD':
    case 'EXPIRED':
      return 'dead';
    case 'CANCELLED':
      return 'cancelled';
    case 'FENCED':
    case 'UNKNOWN':
      return 'pending';
  }
}

function stateAfterAttempt(verdict: Verdict): DeliveryState {
  switch (verdict) {
    case 'DELIVERED':
      return 'delivered';
    case 'RETRY':
      return 'waiting';
    case 'HOLD':
      return 'held';
    case 'DEAD':
      return 'dead';
    case 'NONE':
    case 'UNKNOWN':
      return 'pending';
  }
}

/**
 * The model of a delivery's state: `delivered` absorbs whatever else is there, a moment that decides nothing yields
 * to any other, and between the rest the higher step is the later one. Dead is not absorbing: a redrive goes on from
 * it. Right for any order of the moments and any repetition.
 */
export function stateOf(moments: readonly Moment[]): DeliveryState {
  return moments.reduce((a, b) => (compare(b, a) > 0 ? b : a)).state;
}

function compare(a: Moment, b: Moment): number {
  return rank(a) - rank(b) || a.step - b.step || order(a) - order(b);
}

function rank({ state }: Moment): number {
  if (state === 'delivered') return 2;
  return state === 'pending' ? 0 : 1;
}

function order({ state }: Moment): number {
  return DELIVERY_STATES.indexOf(state);
}
