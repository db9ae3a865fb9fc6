import { createEncoder } from '@herald/contracts/codec';
import type { EndpointConfig } from '@herald/contracts/generated/endpoint-config';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import type { KafkaConnection } from '@herald/kafka/connection';
import { editEntry } from './audit/edit-entry.ts';
import type { Asker, AuditAction } from './audit/entry.ts';
import type { AuditLog } from './audit/log.ts';
import { shownEndpoint } from './audit/shown.ts';
import { createEditor } from './editor.ts';
import { endpointConfigOf } from './endpoint-config.ts';
import type { ConfiguredEndpoint, EndpointTable } from './endpoint-table.ts';
import { createFencedLog } from './fenced-log.ts';
import type { Decision, Edited, Entry } from './round.ts';
import { SUBJECTS } from './subjects.ts';

export type WriteResult =
  | { kind: 'written'; revision: number }
  /** Its revision is another than expected, or, on creation, its id is taken. Nothing was written. */
  | { kind: 'conflict'; current: ConfiguredEndpoint }
  /** There is no such endpoint, or none that is admitted. Nothing was written. */
  | { kind: 'missing' }
  /** What would come of it is not admitted. Nothing was written. */
  | { kind: 'not_admitted' }
  /**
   * Kafka gave no answer in time: whether the edit is on record can be seen when it is back. Or this process cannot read
   * what is there, and does not write over it.
   */
  | { kind: 'unavailable'; detail: string };

/**
 * The one way to change configuration. Any number of processes may have one: of two edits of the same revision one is
 * refused. An edit is in this process' table when its promise resolves, and in the audit before it is made.
 */
export interface EndpointWriter {
  as(asker: Asker, admits?: Admits): EndpointEdits;
  /** Waits for the edits under way. */
  close(): Promise<void>;
}

/** Which endpoints somebody may have, before an edit and after it. It must be pure. */
export type Admits = (endpoint: Endpoint) => boolean;

export type Change = (current: Endpoint, revision: number) => Endpoint;

/** Edits in the name of who asks for them, of endpoints that are admitted and stay so. */
export interface EndpointEdits {
  create(endpoint: Endpoint): Promise<WriteResult>;
  /**
   * `change` gets the current configuration and its revision; it must be pure, for it may be called more than once. What
   * it gives back as it is, the same object, is not written, and answered with the revision that it has. Without
   * `ifRevision` the edit applies to whatever is current. `action` is what the audit says of it, by default
   * `endpoint.updated`.
   */
  update(
    endpointId: string,
    ifRevision: number | undefined,
    change: Change,
    action?: AuditAction,
  ): Promise<WriteResult>;
  delete(endpointId: string, ifRevision: number | undefined): Promise<WriteResult>;
}

export interface EndpointWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: EndpointTable;
  audit: AuditLog;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
}

type Refusal = WriteResult;

export async function createEndpointWriter(options: EndpointWriterOptions): Promise<EndpointWriter> {
  const { connection, source, table, audit, timeoutMs = 10_000 } = options;
  const encoder = await createEncoder<EndpointConfig>(source, SUBJECTS.endpoints);
  const editor = createEditor<Endpoint>({
    log: createFencedLog({ connection, topic: TOPICS.endpoints, timeoutMs: timeoutMs / 2 }),
    table: {
      get: (endpointId) => entryOf(table.get(endpointId)),
      waitForRevision: table.waitForRevision,
    },
    encode: (endpoint) => encoder.encode(endpointConfigOf(endpoint)),
    audit,
    timeoutMs,
  });

  return { as: editsOf, close: () => editor.close() };

  function editsOf(asker: Asker, admits: Admits = () => true): EndpointEdits {
    const edit = async (endpointId: string, action: AuditAction, decide: Decide): Promise<WriteResult> =>
      resultOf(
        await editor.edit(
          endpointId,
          unlessUnreadable(() => table.isUnreadable(endpointId), decide),
          editEntry(asker, action, { kind: 'endpoint', id: endpointId }, shownEndpoint),
        ),
      );

    return {
      create: (endpoint) =>
        edit(endpoint.id, 'endpoint.created', (current) => {
          if (current) return { refuse: conflict(current) };
          return admits(endpoint) ? { write: endpoint } : { refuse: { kind: 'not_admitted' } };
        }),
      update: (endpointId, ifRevision, change, action = 'endpoint.updated') =>
        edit(endpointId, action, decideEdit(ifRevision, change, admits)),
      delete: (endpointId, ifRevision) =>
        edit(
          endpointId,
          'endpoint.deleted',
          decideEdit(ifRevision, () => undefined, admits),
        ),
    };
  }
}

type Decide = (current: Entry<Endpoint> | undefined) => Decision<Endpoint, Refusal>;

/** What is there and cannot be read is no free place: what a newer version wrote is not written over. */
export function unlessUnreadable(isUnreadable: () => boolean, decide: Decide): Decide {
  return (current) => {
    if (current || !isUnreadable()) return decide(current);
    const detail = 'the endpoint was written by a newer version of Herald than this one';
    return { refuse: { kind: 'unavailable', detail } };
  };
}

/** What to do with an edit that expects a revision, given what is current. */
export function decideEdit(
  ifRevision: number | undefined,
  change: (current: Endpoint, revision: number) => Endpoint | undefined,
  admits: Admits,
): Decide {
  return (current) => {
    if (!current || !admits(current.value)) return { refuse: { kind: 'missing' } };
    if (ifRevision !== undefined && ifRevision !== current.revision) return { refuse: conflict(current) };
    const changed = change(current.value, current.revision);
    if (changed === current.value) return { refuse: { kind: 'written', revision: current.revision } };
    return changed && !admits(changed) ? { refuse: { kind: 'not_admitted' } } : { write: changed };
  };
}

function resultOf(edited: Edited<Refusal>): WriteResult {
  return edited.kind === 'refused' ? edited.refusal : edited;
}

function conflict({ value, revision }: Entry<Endpoint>): Refusal {
  return { kind: 'conflict', current: { endpoint: value, revision } };
}

function entryOf(configured: ConfiguredEndpoint | undefined): Entry<Endpoint> | undefined {
  return configured && { value: configured.endpoint, revision: configured.revision };
}
