import type { Cause } from './cause.ts';

export const REDELIVERY_PREFIX = 'replay:redelivery-';

/**
 * Why the nth redelivery of an event to an endpoint exists, from 1: asked for twice, it is one delivery, and the next
 * one is another.
 */
export function redeliveryCause(ordinal: number): Cause {
  return `${REDELIVERY_PREFIX}${ordinal}`;
}

/** Which redelivery of its event to its endpoint a delivery is; 0 for one that is none. */
export function redeliveryOrdinal(cause: string): number {
  const ordinal = cause.startsWith(REDELIVERY_PREFIX) ? cause.slice(REDELIVERY_PREFIX.length) : '';
  return /^[1-9]\d{0,8}$/.test(ordinal) ? Number(ordinal) : 0;
}
