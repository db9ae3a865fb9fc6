import { ALL_PROJECTS } from '@herald/domain/endpoint';
import type { FieldValue, ReadField } from '@herald/domain/filter/filter';
import { match, type Routable } from '@herald/domain/subscription';
import type { ConfiguredEndpoint } from './endpoint-table.ts';
import { createTurns, type Turns } from './turns.ts';

/**
 * What filters may read before others have their turn: milliseconds of work, as a filter costs in proportion to what it
 * reads. The last filter of a turn may go beyond it.
 */
export const MAX_CHARS_PER_TURN = 200_000;

/** Endpoints by account and project, so that matching looks only at those of the event's project and of all projects. */
export interface EndpointIndex {
  get(endpointId: string): ConfiguredEndpoint | undefined;
  put(configured: ConfiguredEndpoint): void;
  /** False when there was no such endpoint. */
  remove(endpointId: string): boolean;
  /** Those of this moment, now; later where filters have so much to read that others have their turn in between. */
  match(event: Routable): ConfiguredEndpoint[] | Promise<ConfiguredEndpoint[]>;
  /** As the table's. */
  list(accountId: string, projectId: string | undefined): ConfiguredEndpoint[];
}

type Project = Map<string, ConfiguredEndpoint>;

export function createEndpointIndex(
  turns: Turns = createTurns(MAX_CHARS_PER_TURN, setImmediate),
): EndpointIndex {
  const byId = new Map<string, ConfiguredEndpoint>();
  const accounts = new Map<string, Map<string, Project>>();

  return {
    get: (endpointId) => byId.get(endpointId),

    put(configured) {
      remove(configured.endpoint.id);
      const { id, accountId, projectId } = configured.endpoint;
      byId.set(id, configured);
      const projects = accounts.getOrInsertComputed(accountId, () => new Map<string, Project>());
      projects.getOrInsertComputed(projectId, () => new Map()).set(id, configured);
    },

    remove,

    match(event) {
      const projects = accounts.get(event.accountId);
      if (!projects) return [];
      const ofProject = projects.get(event.projectId)?.values() ?? [];
      const ofAll = event.projectId === ALL_PROJECTS ? undefined : projects.get(ALL_PROJECTS)?.values();
      const candidates = [...ofProject, ...(ofAll ?? [])];
      const counted = { ...event, readField: countingReads(event.readField, turns) };
      return matchFrom(0, candidates, counted, [], turns);
    },

    list(accountId, projectId) {
      const projects = accounts.get(accountId);
      if (!projects) return [];
      const asked =
        projectId === undefined
          ? [...projects.values()]
          : [...new Set([projectId, ALL_PROJECTS])].flatMap((id) => projects.get(id) ?? []);
      return asked.flatMap((project) => [...project.values()]);
    },
  };

  function remove(endpointId: string): boolean {
    const configured = byId.get(endpointId);
    if (!configured) return false;
    const { accountId, projectId } = configured.endpoint;
    byId.delete(endpointId);
    const projects = accounts.get(accountId);
    const project = projects?.get(projectId);
    project?.delete(endpointId);
    if (project?.size === 0) projects?.delete(projectId);
    if (projects?.size === 0) accounts.delete(accountId);
    return true;
  }
}

function matchFrom(
  from: number,
  candidates: readonly ConfiguredEndpoint[],
  event: Routable,
  matched: ConfiguredEndpoint[],
  turns: Turns,
): ConfiguredEndpoint[] | Promise<ConfiguredEndpoint[]> {
  for (let at = from; at < candidates.length; at++) {
    const configured = candidates[at]!;
    const { endpoint } = configured;
    if (turns.isOver && endpoint.subscription.filter) {
      return turns.next().then(() => matchFrom(at, candidates, event, matched, turns));
    }
    if (match(endpoint, event).matched) matched.push(configured);
  }
  return matched;
}

/** Reads each field of an event once, however many filters ask for it, and counts what they have to look at. */
function countingReads(read: ReadField, turns: Turns): ReadField {
  const known = new Map<string, FieldValue | undefined>();
  return (path) => {
    const found = known.has(path) ? known.get(path) : read(path);
    known.set(path, found);
    turns.spend(1 + charsOf(found));
    return found;
  };
}

function charsOf(found: FieldValue | undefined): number {
  if (typeof found === 'string') return found.length;
  if (found === undefined || typeof found === 'number') return 0;
  return found.reduce((sum, item) => sum + item.length, 0);
}
