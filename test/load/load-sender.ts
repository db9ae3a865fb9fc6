import type { LoadEvent } from './load-event.ts';
import type { Project } from './topology.ts';
import type { Watched } from './usage.ts';

/**
 * What is put under load: it takes events and brings each to every endpoint of its project. Whether it did is for the
 * sink to say.
 */
export interface LoadSender {
  readonly name: string;
  /** Its processes and its servers', as they are now. */
  processes(): Watched[];
  /** Resolves when the endpoints are in effect, at `pathOf` under the sink's URL. */
  subscribe(projects: readonly Project[]): Promise<void>;
  /** Resolves when all are accepted: from then on the sender answers for them. */
  publish(events: readonly LoadEvent[]): Promise<void>;
  /** What can be seen of it besides its requests; undefined for a sender that is a closed box. */
  readonly insight: Insight | undefined;
  close(): Promise<void>;
}

/** Herald's progress, read from its topics and tables. */
export interface Insight {
  /** Route records so far. */
  routed(): Promise<number>;
  rows(): Promise<HistoryRows>;
  /** Ends the logger; what it would log waits in Kafka. */
  stopLogger(): Promise<void>;
  /** Resolves when it is ready again. */
  startLogger(): Promise<void>;
  /** Has the past events of a project sent to its replay target. Resolves when they are on their way. */
  replay(project: Project, perSecond: number): Promise<void>;
}

/** In the tables of the history so far. */
export interface HistoryRows {
  events: number;
  routes: number;
  attempts: number;
}
