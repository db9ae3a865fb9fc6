import type { EventType } from '@herald/domain/event-type';

/** Offsets of one partition, half open; without `to`, up to its end when the replay is planned. */
export interface AskedRange {
  partition: number;
  from: number;
  to: number | undefined;
}

/**
 * Records of a topic: by offsets, or by the time at which Kafka took them (from ≤ time < to), or, with neither,
 * everything that is retained.
 */
export interface TopicSource {
  kind: 'topic';
  topic: string;
  ranges: readonly AskedRange[];
  fromMs: number | undefined;
  toMs: number | undefined;
}

/** Deliveries as they stood when the replay was created; times are those of events, from ≤ time < to. */
export interface HistorySource {
  kind: 'history';
  /** As ClickHouse has them; empty for any. */
  states: readonly string[];
  /** HTTP status of the last answer, of dead ones that of which they died, 0 for no answer; empty for any. */
  lastStatuses: readonly number[];
  fromMs: number | undefined;
  toMs: number | undefined;
}

export type ReplaySource = TopicSource | HistorySource;

/** What of the source is replayed. An empty list asks for nothing in particular. */
export interface ReplayFilter {
  projectId: string | undefined;
  endpointIds: readonly string[];
  channelIds: readonly string[];
  eventTypes: readonly EventType[];
  publicationIds: readonly string[];
  eventIds: readonly string[];
  /** Why a delivery is dead or held. */
  reasons: readonly string[];
}

export type WantedState = 'running' | 'paused' | 'cancelled';

/** What is asked of a replay. What has become of it is its progress. */
export interface ReplayJob {
  id: string;
  accountId: string;
  wanted: WantedState;
  /** It stays a plan until it is started, which makes this false. */
  dryRun: boolean;
  source: ReplaySource;
  filter: ReplayFilter;
  /** Where all of it goes; undefined for the endpoints that it was for, or that want it now. */
  targetEndpointId: string | undefined;
  /** Leaves out what the endpoint has accepted before. */
  skipDelivered: boolean;
  /** Deliveries a second at most. */
  perSecond: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export const NO_FILTER: ReplayFilter = {
  projectId: undefined,
  endpointIds: [],
  channelIds: [],
  eventTypes: [],
  publicationIds: [],
  eventIds: [],
  reasons: [],
};
