import { ALL_PROJECTS } from '@herald/domain/endpoint';
import { match, type Routable } from '@herald/domain/subscription';
import type { ConfiguredEndpoint } from './endpoint-table.ts';

/** Endpoints by account and project, so that matching looks only at those of the event's project and of all projects. */
export interface EndpointIndex {
  get(endpointId: string): ConfiguredEndpoint | undefined;
  put(configured: ConfiguredEndpoint): void;
  /** False when there was no such endpoint. */
  remove(endpointId: string): boolean;
  match(event: Routable): ConfiguredEndpoint[];
  list(accountId: string, projectId: string | undefined): ConfiguredEndpoint[];
}

type Project = Map<string, ConfiguredEndpoint>;

export function createEndpointIndex(): EndpointIndex {
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
      const matched: ConfiguredEndpoint[] = [];
      if (!projects) return matched;
      addMatching(matched, projects.get(event.projectId), event);
      if (event.projectId !== ALL_PROJECTS) addMatching(matched, projects.get(ALL_PROJECTS), event);
      return matched;
    },

    list(accountId, projectId) {
      const projects = accounts.get(accountId);
      if (!projects) return [];
      if (projectId !== undefined) return [...(projects.get(projectId)?.values() ?? [])];
      return [...projects.values()].flatMap((project) => [...project.values()]);
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

function addMatching(to: ConfiguredEndpoint[], project: Project | undefined, event: Routable): void {
  if (!project) return;
  for (const configured of project.values())
    if (match(configured.endpoint, event).matched) to.push(configured);
}
