import type { Endpoint } from './endpoint.ts';

/**
 * The endpoint in another state: the one way from state to state, whoever asks. What was held when it was off, or
 * before, would be news of long ago: leaving `off` gives it up.
 * @param nowMs what was put into webhook.held before it is given up
 */
export function inState(endpoint: Endpoint, state: Endpoint['state'], nowMs: number): Endpoint {
  if (endpoint.state !== 'off' || state === 'off') return { ...endpoint, state };
  return { ...endpoint, state, heldSkipBeforeMs: Math.max(endpoint.heldSkipBeforeMs ?? 0, nowMs) };
}
