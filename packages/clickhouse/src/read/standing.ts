import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';

/** The state is in the lowest bits of `standing` in the table deliveries; see migration 0007. */
const STATE_MASK = 15;

/** What the state of a row is; a delivery's is that of its greatest row. */
export function isState(standing: string, state: DeliveryState): string {
  return `bitAnd(${standing}, ${STATE_MASK}) = ${DELIVERY_STATES.indexOf(state)}`;
}
