/** A project whose every event goes to each of its endpoints. */
export interface Project {
  name: string;
  endpoints: number;
  /** Requests under way at once to each of them. */
  maxConcurrency: number;
  /** One endpoint more, that wants nothing of the project: a replay is sent to it. */
  hasReplayTarget?: true;
}

/** As the API gives an endpoint where its owner does not say. */
const DEFAULT_CONCURRENCY = 10;

/** To one endpoint, and of the bare loop: enough for either to be bound by its CPU time. */
export const ONE_ENDPOINT_CONCURRENCY = 50;

export const WARM_UP: Project = project('warm', 1, ONE_ENDPOINT_CONCURRENCY);
export const ONE: Project = project('one', 1, ONE_ENDPOINT_CONCURRENCY);
export const FAN: Project = project('fan', 10);
export const MANY: readonly Project[] = Array.from({ length: 1_000 }, (_, n) => project(`many-${n}`, 1));

/** A project for each run, so that what an endpoint did in one does not count in the next. */
export function isolationProject(name: string): Project {
  return project(`isolation-${name}`, 10);
}

export function replayedProject(name: string): Project {
  return { ...project(`replayed-${name}`, 1, ONE_ENDPOINT_CONCURRENCY), hasReplayTarget: true };
}

/** Of one endpoint's URL. */
export function pathOf(projectName: string, slot: number): string {
  return `/${projectName}/${slot}`;
}

function project(name: string, endpoints: number, maxConcurrency = DEFAULT_CONCURRENCY): Project {
  return { name, endpoints, maxConcurrency };
}
