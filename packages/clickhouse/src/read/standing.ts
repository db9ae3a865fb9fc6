import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';

/** The state is in the lowest bits of `standing`; see migration 0013. */
const STATE_MASK = 15;

/** Below it are those that nothing has been decided of: `pending`. */
export const LEAST_DECIDED = 2 ** 36;

/** The number of a state, as in DELIVERY_STATES; a delivery's is that of its greatest row. */
export function stateIn(standing: string): string {
  return `bitAnd(${standing}, ${STATE_MASK})`;
}

export function isState(standing: string, state: DeliveryState): string {
  return `${stateIn(standing)} = ${DELIVERY_STATES.indexOf(state)}`;
}
