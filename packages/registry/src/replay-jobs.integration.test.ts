import { randomUUID } from 'node:crypto';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { NO_FILTER } from '@herald/replay/job';
import type { ReplayProgress, ReplayState } from '@herald/replay/progress';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type AuditEntry, operator } from './audit/entry.ts';
import { openAuditLog } from './audit/log.ts';
import { openCancelledReplays } from './cancelled-replays.ts';
import type { TableOptions } from './configuration-table.ts';
import {
  createReplayWriter,
  openReplayJobTable,
  type ReplayEdits,
  type ReplayJobTable,
} from './replay-jobs.ts';

const { brokers, registryUrl } = inject('stack');
const connection = { brokers, clientId: 'replay-jobs-test', logger: { log: () => {} } };
const source = connectSchemaRegistry({ url: registryUrl });
const tableOptions: TableOptions = {
  connection,
  source,
  log: { warn: () => {} },
  onFatal: (error) => {
    throw error;
  },
};

/** How far replays are; the test plays the replayer. */
const progress = new Map<string, { value: ReplayProgress; revision: number }>();

/** Two replicas, each with a table and a writer of its own. */
let tables: ReplayJobTable[];
let writers: ReplayEdits[];
let close: () => Promise<void>;
/** What was put on record as asked for. */
const asked: AuditEntry[] = [];

beforeAll(async () => {
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  tables = await Promise.all([openReplayJobTable(tableOptions), openReplayJobTable(tableOptions)]);
  const log = await openAuditLog({ connection, source });
  const audit: typeof log = {
    ...log,
    append(entries) {
      asked.push(...entries);
      return log.append(entries);
    },
  };
  const replicas = await Promise.all(
    tables.map((jobs) =>
      createReplayWriter({
        ...{ connection, source, jobs, progress, audit },
        maxOpenPerAccount: 3,
        timeoutMs: 30_000,
      }),
    ),
  );
  writers = replicas.map((replica) => replica.as(operator('test')));
  close = async () => {
    await Promise.all(replicas.map((replica) => replica.close()));
    await audit.close();
  };
});
afterAll(async () => {
  await close();
  await Promise.all(tables.map((table) => table.stop()));
});

function ask(writer: ReplayEdits, accountId: string, dryRun = false, id = `rp_${randomUUID()}`) {
  return writer.create({
    id,
    accountId,
    dryRun,
    source: { kind: 'topic', topic: 'webhook.retry.24h', ranges: [], fromMs: undefined, toMs: undefined },
    filter: { ...NO_FILTER, projectId: 'nobody' },
    targetEndpointId: undefined,
    skipDelivered: false,
    perSecond: 1,
  });
}

function stands(replayId: string, state: ReplayState, countedAtMs = 1): void {
  const plannedAtMs = state === 'planning' ? undefined : countedAtMs;
  progress.set(replayId, { value: { replayId, state, plannedAtMs } as ReplayProgress, revision: 0 });
}

test('of replays that are asked for at once, of two replicas, an account gets as many as it may', async () => {
  const accountId = randomUUID();
  const results = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(writers[n % 2]!, accountId)));
  const created = results.flatMap((each) => (each.kind === 'created' ? [each.job.id] : []));
  expect(created).toHaveLength(3);
  const refused = results.filter(({ kind }) => kind !== 'created');
  expect(refused).toHaveLength(5);
  for (const each of refused) {
    expect(each).toMatchObject({ kind: 'too_many', limit: 3 });
    expect(new Set('open' in each ? each.open : [])).toEqual(new Set(created));
  }
  stands(created[0]!, 'completed');
  expect(await ask(writers[0]!, accountId)).toMatchObject({ kind: 'created' });
  expect(await ask(writers[1]!, randomUUID())).toMatchObject({ kind: 'created' });
});

test('plans that wait for their start are free, and no more of them can be started than may be open', async () => {
  const [writer] = writers;
  const accountId = randomUUID();
  const plans: string[] = [];
  for (let n = 0; n < 5; n++) {
    const created = await ask(writer!, accountId, true);
    if (created.kind !== 'created') throw new Error(created.kind);
    plans.push(created.job.id);
    stands(created.job.id, n % 2 === 0 ? 'planned' : 'paused');
  }
  const started = await Promise.all(plans.map((id) => writer!.start(id)));
  expect(started.map(({ kind }) => kind).sort()).toEqual([
    'changed',
    'changed',
    'changed',
    'too_many',
    'too_many',
  ]);
});

test('a bulk plan is not started while it is counted, nor when its count is old, by whatever way', async () => {
  const [writer] = writers;
  const id = `bp_${randomUUID()}`;
  await ask(writer!, randomUUID(), true, id);
  expect(await writer!.start(id)).toEqual({ kind: 'plan_not_started', reason: 'counting' });
  stands(id, 'planned');
  expect(await writer!.start(id)).toEqual({ kind: 'plan_not_started', reason: 'expired' });
  stands(id, 'planned', Date.now());
  expect(await writer!.start(id)).toMatchObject({ kind: 'changed', job: { dryRun: false } });
});

test('what is wanted already leaves no record, and a change says what it changes, not all that was asked for', async () => {
  const [writer] = writers;
  const id = `rp_${randomUUID()}`;
  await ask(writer!, randomUUID(), true, id);
  const revision = () => tables[0]!.get(id)!.revision;
  for (const change of [
    () => writer!.want(id, 'paused'),
    () => writer!.want(id, 'running'),
    () => writer!.start(id),
  ]) {
    expect(await change()).toMatchObject({ kind: 'changed' });
    const changedAt = revision();
    expect(await change()).toMatchObject({ kind: 'changed', job: tables[0]!.get(id)!.value });
    expect(revision()).toBe(changedAt);
  }
  const left = asked.filter(({ subject }) => subject.id === id);
  const plan = { wanted: 'running', dry_run: true };
  expect(left.map(({ action, before, after }) => [action, before, after])).toEqual([
    ['replay.created', undefined, expect.objectContaining({ ...plan, filter: expect.anything() })],
    ['replay.paused', plan, { ...plan, wanted: 'paused' }],
    ['replay.resumed', { ...plan, wanted: 'paused' }, plan],
    ['replay.started', plan, { ...plan, dry_run: false }],
  ]);
});

test('by one id there is one replay, and a cancelled one stays so, as dispatchers hear', async () => {
  const [first, second] = writers;
  const accountId = randomUUID();
  const id = `rp_${randomUUID()}`;
  const results = await Promise.all([ask(first!, accountId, false, id), ask(second!, accountId, false, id)]);
  expect(results.map(({ kind }) => kind).sort()).toEqual(['created', 'exists']);
  expect(await second!.want(id, 'cancelled')).toMatchObject({
    kind: 'changed',
    job: { wanted: 'cancelled' },
  });
  expect(await first!.want(id, 'running')).toEqual({ kind: 'cancelled' });
  expect(await first!.start('rp_nobody')).toEqual({ kind: 'missing' });

  const cancelled = await openCancelledReplays(tableOptions);
  expect(cancelled.has(id)).toBe(true);
  const other = `rp_${randomUUID()}`;
  await ask(first!, accountId, false, other);
  expect(cancelled.has(other)).toBe(false);
  await first!.want(other, 'cancelled');
  await expect.poll(() => cancelled.has(other), { timeout: 30_000 }).toBe(true);
  await cancelled.stop();
});
