import type { EndpointStatus } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

/** How the status of an endpoint goes on, as far as holding and catching up are concerned. Decides; writes nothing. */

type Cursor = Pick<EndpointStatus, 'releasedTo' | 'releasedBeyond' | 'head'>;

/** Nothing was decided about the endpoint before. */
export function nothingDecided({ endpoint, revision }: ConfiguredEndpoint, nowMs: number): EndpointStatus {
  return {
    endpointId: endpoint.id,
    state: 'active',
    reason: undefined,
    sinceMs: nowMs,
    configRevision: revision,
    failing: undefined,
    releasedTo: undefined,
    releasedBeyond: undefined,
    head: undefined,
    updatedAtMs: nowMs,
  };
}

/**
 * A delivery of the endpoint is about to be put into webhook.held. `floor` is an offset that it cannot be before: the
 * cursor of an endpoint that had nothing there. `reason` is undefined where it is not held but ordered.
 * Undefined when nothing changes.
 */
export function entered(
  known: EndpointStatus | undefined,
  configured: ConfiguredEndpoint,
  { reason, floor, nowMs }: { reason: string | undefined; floor: number; nowMs: number },
): EndpointStatus | undefined {
  const before = known ?? nothingDecided(configured, nowMs);
  const { revision } = configured;
  const isHeld = reason === undefined || (before.state === 'held' && before.configRevision >= revision);
  if (isHeld && before.releasedTo !== undefined) return undefined;
  return {
    ...before,
    ...(!isHeld && { state: 'held', reason, sinceMs: nowMs, configRevision: revision }),
    releasedTo: before.releasedTo ?? floor,
    updatedAtMs: nowMs,
  };
}

/** Its hold is over, and what was held meanwhile is caught up with. */
export function lifted(known: EndpointStatus, revision: number, nowMs: number): EndpointStatus {
  return {
    ...known,
    state: 'catching-up',
    reason: undefined,
    sinceMs: nowMs,
    configRevision: revision,
    updatedAtMs: nowMs,
  };
}

/** More of what is held is released, or the head of an ordered endpoint was attempted in vain. */
export function cursorMoved(known: EndpointStatus, cursor: Cursor, nowMs: number): EndpointStatus {
  const isWaiting = known.state === 'active' && cursor.head !== undefined;
  return {
    ...known,
    ...(isWaiting && { state: 'catching-up', sinceMs: nowMs }),
    ...cursor,
    updatedAtMs: nowMs,
  };
}

/** Nothing of it is left in webhook.held. */
export function caughtUp(known: EndpointStatus, nowMs: number): EndpointStatus {
  return {
    ...known,
    ...(known.state !== 'active' && { state: 'active', reason: undefined, sinceMs: nowMs }),
    releasedTo: undefined,
    releasedBeyond: undefined,
    head: undefined,
    updatedAtMs: nowMs,
  };
}
