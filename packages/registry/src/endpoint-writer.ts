import type { SchemaSource } from '@herald/contracts/schema-registry';
import type { Endpoint } from '@herald/domain/endpoint';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { ConfiguredEndpoint, EndpointTable } from './endpoint-table.ts';

export type WriteResult =
  | { kind: 'written'; revision: number }
  /** Its revision is another than expected, or, on creation, its id is taken. Nothing was written. */
  | { kind: 'conflict'; current: ConfiguredEndpoint }
  /** There is no such endpoint. Nothing was written. */
  | { kind: 'missing' }
  /** Kafka gave no answer in time. Whether the edit is on record can be seen when it is back. */
  | { kind: 'unavailable'; detail: string };

/** The one way to change configuration. An edit is in this process' table when its promise resolves. */
export interface EndpointWriter {
  create(endpoint: Endpoint): Promise<WriteResult>;
  /**
   * `change` gets the current configuration; it must be pure, for it may be called more than once. Without
   * `ifRevision` the edit applies to whatever is current.
   */
  update(
    endpointId: string,
    ifRevision: number | undefined,
    change: (current: Endpoint) => Endpoint,
  ): Promise<WriteResult>;
  delete(endpointId: string, ifRevision: number | undefined): Promise<WriteResult>;
  close(): Promise<void>;
}

export interface EndpointWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: EndpointTable;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
}

export declare function createEndpointWriter(options: EndpointWriterOptions): Promise<EndpointWriter>;
