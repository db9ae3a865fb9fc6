import { randomBytes } from 'node:crypto';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import type { Endpoint } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import type { KafkaConnection } from '@herald/kafka/connection';
import { operator } from '@herald/registry/audit/entry';
import { openAuditLog } from '@herald/registry/audit/log';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { createEndpointWriter } from '@herald/registry/endpoint-writer';
import type { Sealing } from '@herald/registry/sealing';
import { generateSecret } from '@herald/webhook/secret';
import { ACCOUNT } from '../load-event.ts';
import { type Project, pathOf } from '../topology.ts';

export interface EndpointsOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  sealing: Sealing;
  sinkUrl: string;
}

/** Short, so that an attempt at an endpoint that hangs ends within its run. */
const TIMEOUT_MS = 5_000;
/** A thousand at once wait for each other. */
const WRITE_TIMEOUT_MS = 60_000;

/** Resolves when all are on record; a dispatcher waits for their revisions by itself. */
export async function createEndpoints(
  projects: readonly Project[],
  { connection, source, sealing, sinkUrl }: EndpointsOptions,
): Promise<void> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const log = { warn() {}, info() {}, error() {}, debug() {} };
  const table = await openEndpointTable({ connection, source, log, onFatal });
  const audit = await openAuditLog({ connection, source });
  const writer = await createEndpointWriter({
    connection,
    source,
    table,
    audit,
    timeoutMs: WRITE_TIMEOUT_MS,
  });
  const edits = writer.as(operator('load'));
  try {
    const endpoints = projects.flatMap((project) => endpointsOf(project, sealing, sinkUrl));
    const written = await Promise.all(endpoints.map((endpoint) => edits.create(endpoint)));
    const refused = written.find(({ kind }) => kind !== 'written');
    if (refused) throw new Error(`An endpoint was not created: ${JSON.stringify(refused)}`);
  } finally {
    await writer.close();
    await audit.close();
    await table.stop();
  }
}

/** Of the endpoint behind those that want the project's events. */
export function replayTargetId({ name, endpoints }: Project): string {
  return endpointId(name, endpoints);
}

function endpointId(projectName: string, slot: number): string {
  return `ep-${projectName}-${slot}`;
}

function endpointsOf(project: Project, sealing: Sealing, sinkUrl: string) {
  const { name, endpoints, maxConcurrency, hasReplayTarget } = project;
  return Array.from({ length: endpoints + (hasReplayTarget ? 1 : 0) }, (_, slot): Endpoint => {
    const id = endpointId(name, slot);
    const nowMs = Date.now();
    const sealed = sealing.seal(generateSecret('v1', randomBytes), { id, accountId: ACCOUNT });
    return {
      id,
      accountId: ACCOUNT,
      projectId: slot < endpoints ? name : `${name}-replays`,
      name: id,
      kind: 'webhook',
      url: `${sinkUrl}${pathOf(name, slot)}`,
      format: 'publication',
      subscription: { channelIds: new Set(), eventTypes: new Set() },
      state: 'active',
      secrets: [{ secretId: 's1', scheme: 'v1', sealed, createdAtMs: nowMs, expiresAtMs: undefined }],
      retrySchedule: DEFAULT_RETRY_SCHEDULE,
      timeoutMs: TIMEOUT_MS,
      maxConcurrency,
      rateLimitPerSecond: undefined,
      ordering: 'none',
      onDeadHead: 'skip',
      heldSkipBeforeMs: undefined,
      headers: {},
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
  });
}
