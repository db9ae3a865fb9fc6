import type { SchemaSource } from '@herald/contracts/schema-registry';
import type { Endpoint } from '@herald/domain/endpoint';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { TableOptions } from './endpoint-table.ts';

/** What the dispatcher decided about an endpoint. */
export interface EndpointStatus {
  endpointId: string;
  state: 'active' | 'held' | 'catching-up';
  /** Why it is held: gone, failing, secret_unreadable, … */
  reason: string | undefined;
  sinceMs: number;
  /** The configuration revision that the decision was taken under. */
  configRevision: number;
  failingSinceMs: number | undefined;
  /** Offset in webhook.held up to which its held deliveries are released. */
  releasedTo: number | undefined;
  updatedAtMs: number;
}

export type EffectiveState =
  | { state: 'active' }
  | { state: 'catching-up' }
  | { state: 'held'; reason: string };

/**
 * What holds for an endpoint now, from what its owner configured and what the dispatcher decided. The owner's pause
 * comes first; any later edit by the owner lifts the dispatcher's hold.
 */
export declare function effectiveState(
  endpoint: Pick<Endpoint, 'state'>,
  revision: number,
  status: EndpointStatus | undefined,
): EffectiveState;

export interface EndpointStatusTable {
  get(endpointId: string): EndpointStatus | undefined;
  readonly revision: number;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  onChange(listener: (endpointId: string, now: EndpointStatus | undefined) => void): () => void;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

export declare function openEndpointStatusTable(options: TableOptions): Promise<EndpointStatusTable>;

/** Only the owner of the endpoint's partition writes; resolves when the record is acknowledged. */
export interface EndpointStatusWriter {
  put(status: EndpointStatus): Promise<void>;
  /** The endpoint is deleted: so is its status. */
  delete(endpointId: string): Promise<void>;
}

export declare function createEndpointStatusWriter(options: {
  producer: BatchingProducer;
  source: SchemaSource;
}): Promise<EndpointStatusWriter>;
