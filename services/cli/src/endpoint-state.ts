import { ago } from './when.ts';

export interface EndpointStatus {
  state: string;
  /** Why it is held. */
  reason: string | null;
  failing_since: string | null;
}

/** An endpoint's state in a cell: `active`, `active, first failed 3 h ago` or `held (gone)`. */
export function stateText({ state, reason, failing_since }: EndpointStatus, nowMs: number): string {
  if (reason !== null) return `${state} (${reason})`;
  return failing_since === null ? state : `${state}, first failed ${ago(Date.parse(failing_since), nowMs)}`;
}
