import { randomUUID } from 'node:crypto';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { KafkaConnection } from '@herald/kafka/connection';
import { operator } from '@herald/registry/audit/entry';
import { openAuditLog } from '@herald/registry/audit/log';
import { createReplayWriter, openReplayJobTable } from '@herald/registry/replay-jobs';
import { openReplayProgressTable } from '@herald/registry/replay-progress';
import { NO_FILTER } from '@herald/replay/job';
import { ACCOUNT } from '../load-event.ts';
import { pollUntil } from '../poll.ts';
import type { Project } from '../topology.ts';
import { replayTargetId } from './endpoints.ts';

const PLAN_TIMEOUT_MS = 60_000;
const MAX_OPEN = 10;

/** Has the events of a project sent to its other endpoint. Resolves when they are on their way. */
export async function startReplay(
  project: Project,
  perSecond: number,
  { connection, source }: { connection: KafkaConnection; source: SchemaSource },
): Promise<void> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const log = { warn() {}, info() {}, error() {}, debug() {} };
  const [jobs, progress] = await Promise.all([
    openReplayJobTable({ connection, source, log, onFatal }),
    openReplayProgressTable({ connection, source, log, onFatal }),
  ]);
  const audit = await openAuditLog({ connection, source });
  const writer = await createReplayWriter({
    connection,
    source,
    jobs,
    progress,
    audit,
    maxOpenPerAccount: MAX_OPEN,
  });
  try {
    const id = `rp_${randomUUID()}`;
    const created = await writer.as(operator('load')).create({
      id,
      accountId: ACCOUNT,
      dryRun: false,
      source: { kind: 'topic', topic: TOPICS.events, ranges: [], fromMs: undefined, toMs: undefined },
      filter: { ...NO_FILTER, projectId: project.name },
      targetEndpointId: replayTargetId(project),
      skipDelivered: true,
      perSecond,
    });
    if (created.kind !== 'created') throw new Error(`The replay was not created: ${created.kind}`);
    const isRunning = () => progress.get(id)?.value.state === 'running';
    const running = await pollUntil(async () => isRunning(), { everyMs: 50, timeoutMs: PLAN_TIMEOUT_MS });
    if (running === undefined)
      throw new Error(`The replay is ${progress.get(id)?.value.state ?? 'not begun'}`);
  } finally {
    await writer.close();
    await audit.close();
    await Promise.all([jobs.stop(), progress.stop()]);
  }
}
