import { decideHost, type Guard } from '@herald/webhook/guard';
import { decideUrl } from '@herald/webhook/url';
import type { Mistake } from '../http/invalid.ts';

/** Says what is wrong with the URL of an endpoint; undefined where it may be saved. */
export type CheckDestination = (url: string) => Promise<Mistake | undefined>;

/**
 * The sender's own guard, before anything is saved. A host that has no address yet may be saved: the guard decides
 * again at each connection.
 */
export function createDestinationCheck(guard: Guard): CheckDestination {
  return async (url) => {
    const decision = decideUrl(url, guard.policy);
    if (decision.kind === 'blocked') {
      if (decision.reason === 'address') guard.onRefused?.(decision.refused);
      return mistake(url, decision.message);
    }
    const { hostname, reach } = decision.destination;
    const host = await decideHost(hostname, reach, guard);
    return host.kind === 'blocked' ? mistake(url, host.message) : undefined;
  };
}

function mistake(url: string, problem: string): Mistake {
  return {
    in: 'body',
    field: 'url',
    value: JSON.stringify(url).slice(0, 200),
    problem,
    remedy: 'Expected: an https URL on the public internet, without a user name or password.',
  };
}
