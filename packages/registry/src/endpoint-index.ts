import { match, type Routable } from '@herald/domain/subscription';
import type { ConfiguredEndpoint } from './endpoint-table.ts';

/** Endpoints by account and project, so that matching looks only at those of the event's project. */
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
      const project = accounts.get(event.accountId)?.get(event.projectId);
      if (!project) return [];
      return [...project.values()].filter(({ endpoint }) => match(endpoint, event).matched);
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
