import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/endpoint-status';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { Decoded } from '@herald/kafka/compacted-table';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { correspondence, type Known } from './correspondence.ts';
import { SUBJECTS } from './subjects.ts';

/** What the dispatcher decided about an endpoint. */
export interface EndpointStatus {
  endpointId: string;
  state: 'active' | 'held' | 'catching-up';
  /** Why it is held: gone, failing, secret_unreadable, … */
  reason: string | undefined;
  sinceMs: number;
  /** The configuration revision that the decision was taken under. */
  configRevision: number;
  /** Undefined while its last attempt succeeded. */
  failing: Failing | undefined;
  /** Offset in webhook.held up to which its held deliveries are released; undefined when none of them is there. */
  releasedTo: number | undefined;
  /** Which of them beyond `releasedTo` are released, as run lengths. */
  releasedBeyond: string | undefined;
  /** The held delivery that its successors wait for, of an ordered endpoint; undefined while none has failed. */
  head: Head | undefined;
  updatedAtMs: number;
}

/** A held delivery that was attempted and keeps its place: what became of it since it was put there. */
export interface Head {
  deliveryId: string;
  /** Its place in webhook.held. */
  offset: number;
  step: number;
  attempts: number;
  dueAtMs: number;
}

/** An endpoint's failures in a row, as far as they have to outlive the process that sees them. */
export interface Failing {
  sinceMs: number;
  /** The configuration revision that it has been failing under. */
  revision: number;
  /** How long it had to be failing for the last warning that its owner got; 0 before the first. */
  warnedMs: number;
}

export type EffectiveState =
  | { state: 'active' }
  | { state: 'catching-up' }
  | { state: 'held'; reason: string };

/**
 * What holds for an endpoint now, from what its owner configured and what the dispatcher decided. The owner's pause
 * comes first; any later edit by the owner lifts the hold, and what was held meanwhile is caught up with.
 */
export function effectiveState(
  endpoint: Pick<Endpoint, 'state'>,
  revision: number,
  status: EndpointStatus | undefined,
): EffectiveState {
  if (endpoint.state !== 'active') return { state: 'held', reason: endpoint.state };
  if (!status || status.state === 'active') return { state: 'active' };
  if (status.state === 'catching-up') return { state: 'catching-up' };
  if (status.configRevision < revision) {
    return { state: status.releasedTo === undefined ? 'active' : 'catching-up' };
  }
  return { state: 'held', reason: status.reason ?? 'unknown' };
}

/** Since when it has been failing under this revision: an edit by the owner starts afresh. */
export function failingUnder(revision: number, status: EndpointStatus | undefined): Failing | undefined {
  return status?.failing && status.failing.revision >= revision ? status.failing : undefined;
}

/** The local copy of `herald.endpoint-status`. */
export interface EndpointStatusTable {
  get(endpointId: string): EndpointStatus | undefined;
  all(): Iterable<EndpointStatus>;
  readonly revision: number;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  /** `now` is undefined when the endpoint's status was deleted. Returns the function that ends the subscription. */
  onChange(listener: (endpointId: string, now: EndpointStatus | undefined) => void): () => void;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openEndpointStatusTable(options: TableOptions): Promise<EndpointStatusTable> {
  const table = await openConfigurationTable<avro.EndpointStatus, EndpointStatus>(options, {
    topic: TOPICS.endpointStatus,
    subjectSchema: SUBJECTS.endpointStatus,
    parse: parseEndpointStatus,
  });
  return {
    get: (endpointId) => table.get(endpointId)?.value,
    *all() {
      for (const [, { value }] of table.entries()) yield value;
    },
    get revision() {
      return table.revision;
    },
    waitForRevision: table.waitForRevision,
    onChange: table.onChange,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

/** Only the owner of the endpoint's partition writes; resolves when the record is acknowledged. */
export interface EndpointStatusWriter {
  put(status: EndpointStatus): Promise<void>;
  /** The endpoint is deleted: so is its status. */
  delete(endpointId: string): Promise<void>;
}

export async function createEndpointStatusWriter(options: {
  producer: BatchingProducer;
  source: SchemaSource;
}): Promise<EndpointStatusWriter> {
  const { producer, source } = options;
  const encoder = await createEncoder<avro.EndpointStatus>(source, SUBJECTS.endpointStatus);
  const write = (key: string, value: Buffer | null): Promise<void> =>
    producer.send([{ topic: TOPICS.endpointStatus, key, value }]);
  return {
    put: (status) => write(status.endpointId, encoder.encode(endpointStatusRecordOf(status))),
    delete: (endpointId) => write(endpointId, null),
  };
}

const states = correspondence<Known<avro.EndpointState>, EndpointStatus['state']>({
  ACTIVE: 'active',
  HELD: 'held',
  CATCHING_UP: 'catching-up',
});

/** What a record of `herald.endpoint-status` means. */
export function parseEndpointStatus(record: avro.EndpointStatus): Decoded<EndpointStatus> {
  const state = states.valueOf(record.state);
  if (state === undefined) return { ok: false, reason: 'its state is of a newer version' };
  return {
    ok: true,
    value: {
      endpointId: record.endpoint_id,
      state,
      reason: record.reason ?? undefined,
      sinceMs: record.since,
      configRevision: record.config_revision,
      failing: failingOf(record),
      releasedTo: record.released_to ?? undefined,
      releasedBeyond: record.released_beyond ?? undefined,
      head: headOf(record),
      updatedAtMs: record.updated_at,
    },
  };
}

function failingOf(record: avro.EndpointStatus): Failing | undefined {
  if (record.failing_since === null) return undefined;
  return {
    sinceMs: record.failing_since,
    revision: record.failing_revision ?? record.config_revision,
    warnedMs: record.failing_warned_ms ?? 0,
  };
}

export function endpointStatusRecordOf(status: EndpointStatus): avro.EndpointStatus {
  return {
    endpoint_id: status.endpointId,
    state: states.symbolOf(status.state),
    reason: status.reason ?? null,
    since: status.sinceMs,
    config_revision: status.configRevision,
    failing_since: status.failing?.sinceMs ?? null,
    failing_revision: status.failing?.revision ?? null,
    failing_warned_ms: status.failing?.warnedMs ?? null,
    released_to: status.releasedTo ?? null,
    updated_at: status.updatedAtMs,
    released_beyond: status.releasedBeyond ?? null,
    head: status.head
      ? {
          delivery_id: status.head.deliveryId,
          offset: status.head.offset,
          step: status.head.step,
          attempts: status.head.attempts,
          due_at: status.head.dueAtMs,
        }
      : null,
  };
}

function headOf({ head }: avro.EndpointStatus): Head | undefined {
  if (!head) return undefined;
  const { delivery_id, offset, step, attempts, due_at } = head;
  return { deliveryId: delivery_id, offset, step, attempts, dueAtMs: due_at };
}
