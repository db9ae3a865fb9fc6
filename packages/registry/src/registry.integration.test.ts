import { randomBytes, randomUUID } from 'node:crypto';
import { createEncoder } from '@herald/contracts/codec';
import type { EndpointConfig } from '@herald/contracts/generated/endpoint-config';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { applyTopics } from '@herald/kafka/topics';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createApiKeyWriter, openApiKeyTable } from './api-keys.ts';
import { operator } from './audit/entry.ts';
import { openAuditLog } from './audit/log.ts';
import type { TableOptions } from './configuration-table.ts';
import { endpointConfigOf } from './endpoint-config.ts';
import { createEndpointStatusWriter, openEndpointStatusTable } from './endpoint-status.ts';
import { type EndpointTable, openEndpointTable } from './endpoint-table.ts';
import { createEndpointWriter, type EndpointEdits } from './endpoint-writer.ts';
import { createErasureRecorder } from './erasure-recorder.ts';
import { type ErasureTable, openErasureTable } from './erasures.ts';
import { SUBJECTS } from './subjects.ts';

const stack = inject('stack');
const connection = {
  brokers: stack.brokers,
  clientId: 'registry-test',
  logger: { log: (level: string, ...rest: unknown[]) => level === 'error' && console.error(...rest) },
};
const source = connectSchemaRegistry({ url: stack.registryUrl });
const options: TableOptions = {
  connection,
  source,
  log: { warn: () => {} },
  onFatal: (error) => {
    throw error;
  },
};

/** Two replicas, each with a table and a writer of its own. */
let tables: [EndpointTable, EndpointTable];
let writers: [EndpointEdits, EndpointEdits];
let audit: Awaited<ReturnType<typeof openAuditLog>>;
let closeWriters: () => Promise<unknown>;

beforeAll(async () => {
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  tables = await Promise.all([openEndpointTable(options), openEndpointTable(options)]);
  const [a, b] = tables;
  audit = await openAuditLog({ connection, source });
  const [first, second] = await Promise.all([
    createEndpointWriter({ connection, source, table: a, audit, timeoutMs: 30_000 }),
    createEndpointWriter({ connection, source, table: b, audit, timeoutMs: 30_000 }),
  ]);
  writers = [first.as(operator('a')), second.as(operator('b'))];
  closeWriters = () => Promise.all([first.close(), second.close()]);
});

afterAll(async () => {
  await closeWriters();
  await audit.close();
  await Promise.all(tables.map((table) => table.stop()));
});

function endpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    id: `ep_${randomUUID()}`,
    accountId: `acc_${randomUUID()}`,
    projectId: 'project',
    name: 'test',
    kind: 'webhook',
    url: 'https://example.com/hook',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set(['publication.failed']) },
    state: 'active',
    secrets: [
      {
        secretId: 's1',
        scheme: 'v1',
        sealed: Uint8Array.from(randomBytes(40)),
        createdAtMs: 1,
        expiresAtMs: undefined,
      },
    ],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 15_000,
    maxConcurrency: 10,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: { 'x-team': 'a' },
    createdAtMs: 1,
    updatedAtMs: 1,
    ...over,
  };
}

async function written(result: ReturnType<EndpointEdits['create']>): Promise<number> {
  const settled = await result;
  if (settled.kind !== 'written') throw new Error(JSON.stringify(settled));
  return settled.revision;
}

test('an endpoint is in the writer’s own table when its creation resolves, and in another’s within 2 s', async () => {
  const made = endpoint();
  const revision = await written(writers[0].create(made));
  expect(tables[0].get(made.id)).toEqual({ endpoint: made, revision });
  expect(await tables[1].waitForRevision(revision, 2_000)).toBe(true);
  expect(tables[1].get(made.id)).toEqual({ endpoint: made, revision });
  const event = {
    ...made,
    channelId: 'c',
    eventType: 'publication.failed',
    readField: () => undefined,
  } as const;
  expect(await tables[1].match(event)).toEqual([{ endpoint: made, revision }]);
  expect(await tables[1].match({ ...event, eventType: 'publication.deleted' })).toEqual([]);
});

test('of many edits of one revision by two replicas at once exactly one is written, and the rest are told what is', async () => {
  for (let round = 0; round < 5; round++) {
    const made = endpoint();
    const revision = await written(writers[0].create(made));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        writers[index % 2]!.update(made.id, revision, (current) => ({ ...current, name: `edit ${index}` })),
      ),
    );
    const winner = results.findIndex(({ kind }) => kind === 'written');
    expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(1);
    for (const [index, result] of results.entries()) {
      if (index === winner) continue;
      expect(result).toMatchObject({ kind: 'conflict', current: { endpoint: { name: `edit ${winner}` } } });
    }
  }
});

test('of edits without an expected revision by two replicas at once none is lost', async () => {
  const made = endpoint({ headers: {} });
  await written(writers[0].create(made));
  const revisions = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      written(
        writers[index % 2]!.update(made.id, undefined, (current) => ({
          ...current,
          headers: { ...current.headers, [`x-${index}`]: 'set' },
        })),
      ),
    ),
  );
  await tables[0].waitForRevision(Math.max(...revisions));
  expect(Object.keys(tables[0].get(made.id)?.endpoint.headers ?? {})).toHaveLength(30);
});

test('an edit sees what another replica wrote a moment before, though its own table was behind', async () => {
  const made = endpoint();
  const revision = await written(writers[0].create(made));
  const second = await written(
    writers[1].update(made.id, revision, (current) => ({ ...current, name: 'b' })),
  );
  const stale = await writers[0].update(made.id, revision, (current) => ({ ...current, name: 'a' }));
  expect(stale).toMatchObject({ kind: 'conflict', current: { revision: second, endpoint: { name: 'b' } } });
});

test('a deleted endpoint is gone from tables and matches, listeners hear of it, and it cannot be edited', async () => {
  const made = endpoint();
  const revision = await written(writers[0].create(made));
  await tables[1].waitForRevision(revision);
  const heard: unknown[] = [];
  const unsubscribe = tables[1].onChange((id, now) => heard.push([id, now]));
  const deleted = await written(writers[0].delete(made.id, revision));
  expect(await tables[1].waitForRevision(deleted)).toBe(true);
  unsubscribe();
  expect(heard).toContainEqual([made.id, undefined]);
  expect(tables[1].get(made.id)).toBeUndefined();
  expect(tables[1].list(made.accountId)).toEqual([]);
  expect(await writers[1].update(made.id, undefined, (current) => current)).toEqual({ kind: 'missing' });
  expect(await writers[1].delete(made.id, undefined)).toEqual({ kind: 'missing' });
});

test('an id that is taken is not created again', async () => {
  const made = endpoint();
  await written(writers[0].create(made));
  expect(await writers[1].create({ ...made, name: 'other' })).toMatchObject({
    kind: 'conflict',
    current: { endpoint: { name: 'test' } },
  });
});

test('a thousand creations at once share few writes and are all on record', async () => {
  const accountId = `acc_${randomUUID()}`;
  await Promise.all(Array.from({ length: 1_000 }, () => written(writers[0].create(endpoint({ accountId })))));
  expect(tables[0].list(accountId)).toHaveLength(1_000);
  await tables[1].waitForRevision(tables[0].revision);
  expect(tables[1].list(accountId)).toHaveLength(1_000);
});

test('a table that opens later reads the same as one that followed', async () => {
  const made = endpoint();
  await written(writers[0].create(made));
  const late = await openEndpointTable(options);
  expect(late.get(made.id)).toEqual(tables[0].get(made.id));
  expect(late.isFollowing()).toBe(true);
  await late.stop();
});

test('a record that cannot be read is of its own endpoint alone, and no longer when that is deleted', async () => {
  const [good, newer] = [endpoint(), endpoint()];
  await written(writers[0].create(good));
  const encoder = await createEncoder<EndpointConfig>(source, SUBJECTS.endpoints);
  const producer = await createBatchingProducer({ connection });
  const foreignIds = [`ep_${randomUUID()}`, `ep_${randomUUID()}`] as const;
  const put = (key: string, value: Buffer | null) =>
    producer.sendOne({ topic: TOPICS.endpoints, key, value });
  await put(newer.id, encoder.encode({ ...endpointConfigOf(newer), state: 'UNKNOWN' }));
  await put(foreignIds[0], encoder.encode({ ...endpointConfigOf(good), url: 'https://elsewhere.example/' }));
  const last = await put(foreignIds[1], Buffer.from('{}'));

  const late = await openEndpointTable(options);
  for (const table of [late, tables[0]]) {
    await table.waitForRevision(last.offset);
    expect([...table.unreadable.keys()]).toEqual([newer.id, ...foreignIds]);
    expect(table.get(good.id)?.endpoint).toEqual(good);
    const eventOf = ({ accountId, projectId }: Endpoint) =>
      ({
        ...{ accountId, projectId },
        eventType: 'publication.failed',
        channelId: 'c',
        readField: () => undefined,
      }) as const;
    expect(table.undecided(eventOf(good))).toEqual({ kind: 'endpoints', endpointIds: [] });
    expect(table.undecided(eventOf(newer))).toEqual({ kind: 'endpoints', endpointIds: [newer.id] });
    expect([good, newer].map(({ accountId }) => table.isWhole(accountId))).toEqual([true, false]);
  }
  let deleted = last;
  for (const id of [newer.id, ...foreignIds]) deleted = await put(id, null);
  await late.waitForRevision(deleted.offset);
  expect(late.unreadable.size).toBe(0);
  await Promise.all([late.stop(), producer.close()]);
});

test('an edit is answered in time where Kafka cannot be reached', async () => {
  const nowhere = { brokers: ['127.0.0.1:9'], clientId: 'nowhere', logger: { log: () => {} } };
  const writer = await createEndpointWriter({
    connection: nowhere,
    source,
    table: tables[0],
    audit,
    timeoutMs: 1_000,
  });
  expect(await writer.as(operator('test')).create(endpoint())).toMatchObject({ kind: 'unavailable' });
  await writer.close();
});

test('an API key works as soon as its creation resolves, and no more once it is revoked, here and elsewhere', async () => {
  const [table, elsewhere] = await Promise.all([openApiKeyTable(options), openApiKeyTable(options)]);
  const keyWriter = await createApiKeyWriter({ connection, source, table, audit });
  const writer = keyWriter.as(operator('test'));
  const accountId = `acc_${randomUUID()}`;
  const created = await writer.create({ accountId, name: 'CI', role: 'admin' });
  if (created.kind !== 'created') throw new Error(created.kind);
  const { text, info } = created;
  expect(table.verify(text)).toEqual({ ok: true, accountId, role: 'admin', keyId: info.keyId });
  expect(table.list(accountId)).toEqual([info]);
  expect(await writer.revoke('another account', info.keyId)).toEqual({ kind: 'missing' });
  expect(await writer.revoke(accountId, info.keyId)).toMatchObject({ kind: 'revoked' });
  expect(table.verify(text)).toEqual({ ok: false, reason: 'revoked' });
  await vi.waitUntil(() => !elsewhere.verify(text).ok, { timeout: 10_000, interval: 5 });
  expect(await writer.revoke(accountId, info.keyId)).toMatchObject({ kind: 'revoked' });
  await keyWriter.close();
  await Promise.all([table.stop(), elsewhere.stop()]);
});

test('a status that the dispatcher writes is seen by others, until it is deleted', async () => {
  const producer = await createBatchingProducer({ connection });
  const table = await openEndpointStatusTable(options);
  const writer = await createEndpointStatusWriter({ producer, source });
  const endpointId = `ep_${randomUUID()}`;
  const seen = (wanted: boolean): Promise<void> =>
    new Promise((resolve) => {
      const unsubscribe = table.onChange((id, now) => {
        if (id !== endpointId || (now !== undefined) !== wanted) return;
        unsubscribe();
        resolve();
      });
    });
  const status = {
    endpointId,
    state: 'held',
    reason: 'gone',
    sinceMs: 5,
    configRevision: 3,
    failing: undefined,
    releasedTo: undefined,
    releasedBeyond: undefined,
    head: undefined,
    updatedAtMs: 6,
  } as const;
  const put = seen(true);
  await writer.put(status);
  await put;
  expect(table.get(endpointId)).toEqual(status);
  const deleted = seen(false);
  await writer.delete(endpointId);
  await deleted;
  expect(table.get(endpointId)).toBeUndefined();
  await table.stop();
  await producer.close();
});

test('an erasure that was asked for earlier and lands later takes nothing back', async () => {
  const replicas = await Promise.all([openErasureTable(options), openErasureTable(options)]);
  const [ahead, behind] = await Promise.all(
    replicas.map((table, index) =>
      createErasureRecorder({
        ...{ connection, source, table, timeoutMs: 30_000 },
        reader: { bounds: async () => new Map([[0, { lowOffset: 0, endOffset: index === 0 ? 160 : 100 }]]) },
        now: () => (index === 0 ? 2_000 : 1_000),
      }),
    ),
  );
  const [table, other] = replicas as [ErasureTable, ErasureTable];
  const wanted = { accountId: `acc_${randomUUID()}`, publicationId: 'pub_1', erasedBy: 'ada' };
  expect(await ahead!.record(wanted)).toMatchObject({ kind: 'recorded', erasure: { eventEnds: [160] } });
  expect(await behind!.record(wanted)).toMatchObject({ kind: 'recorded', erasure: { eventEnds: [160] } });
  const origin = { topic: TOPICS.events, partition: 0, offset: 159 };
  expect(other.isErased({ ...wanted, origin })).toBe(true);
  expect(other.erasedAtMs(wanted.accountId, 'pub_1')).toBe(2_000);
  await Promise.all([ahead!.close(), behind!.close(), table.stop(), other.stop()]);
});
