import { randomUUID } from 'node:crypto';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type ApiKey, makeApiKey } from '../api-key.ts';
import { type Asker, operator } from '../audit/entry.ts';
import { openAuditLog } from '../audit/log.ts';
import type { NewPortalLink } from './portal-link.ts';
import { openPortalLinkTable, type PortalLinkTable } from './portal-link-table.ts';
import {
  createPortalLinkWriter,
  type LinkCreated,
  type LinkExchanged,
  type PortalLinkWriter,
} from './portal-links.ts';

const stack = inject('stack');
const connection = { brokers: stack.brokers, clientId: 'portal-test', logger: { log: () => {} } };
const asker: Asker = operator('test');
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 30_000, interval: 25 });

let nowMs = Date.now();
const { key: KEY } = makeApiKey({ accountId: 'acc_1', name: '', role: 'write' }, nowMs);
const keys = new Map([[KEY.keyId, { value: KEY, revision: 1 }]]);
const now = () => nowMs;
let audit: Awaited<ReturnType<typeof openAuditLog>>;
/** As two processes of the api have them. */
let tables: [PortalLinkTable, PortalLinkTable];
let writers: [PortalLinkWriter, PortalLinkWriter];

beforeAll(async () => {
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  const options = {
    connection,
    source,
    log: { warn: () => {} },
    onFatal: (error: Error): never => {
      throw error;
    },
    keys: { get: (keyId: string) => keys.get(keyId) },
    now,
  };
  audit = await openAuditLog({ connection, source });
  tables = await Promise.all([openPortalLinkTable(options), openPortalLinkTable(options)]);
  const writing = { connection, source, audit, timeoutMs: 30_000, maxLinksPerAccount: 3, now };
  writers = await Promise.all([
    createPortalLinkWriter({ ...writing, table: tables[0] }),
    createPortalLinkWriter({ ...writing, table: tables[1] }),
  ]);
});

afterAll(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
  await Promise.all([...tables.map((table) => table.stop()), audit.close()]);
});

function create(said: Partial<NewPortalLink> = {}): Promise<LinkCreated> {
  return writers[0].as(asker).create({
    accountId: `acc_${randomUUID()}`,
    name: '',
    role: 'read',
    projectIds: ['proj_1'],
    channelIds: undefined,
    madeByKeyId: KEY.keyId,
    expiresAtMs: nowMs + 600_000,
    sessionSeconds: 3_600,
    ...said,
  });
}

/** A new link that both processes know of. */
async function link(said: Partial<NewPortalLink> = {}) {
  const created = await create(said);
  if (created.kind !== 'created') throw new Error(created.kind);
  await eventually(() => expect(tables[1].entry(created.link.linkId)).toBeDefined());
  return created;
}

function exchanged(result: LinkExchanged) {
  if (result.kind !== 'exchanged') throw new Error(JSON.stringify(result));
  return {
    linkId: result.link.linkId,
    sessionId: result.session.id,
    expiresAtMs: result.session.expiresAtMs,
  };
}

test('of all who exchange a link at once, in any process, exactly one gets its session', async () => {
  for (let round = 0; round < 3; round++) {
    const { token } = await link();
    const results = await Promise.all(
      [0, 1, 0, 1].map((process) => writers[process as 0 | 1].exchange(token, undefined)),
    );
    const won = results.filter(({ kind }) => kind === 'exchanged');
    expect(won).toHaveLength(1);
    expect(results.filter((result) => result.kind === 'refused' && result.reason === 'used')).toHaveLength(3);
    const session = exchanged(won[0]!);
    for (const table of tables) await eventually(() => expect(table.inSession(session)).toBeDefined());
  }
});

test('a link that was revoked opens nothing, and the session that it was exchanged for ends everywhere', async () => {
  const [unused, used] = [await link(), await link()];
  const session = exchanged(await writers[1].exchange(used.token, undefined));
  expect(await writers[0].as(asker).revoke('another account', used.link.linkId)).toEqual({ kind: 'missing' });
  for (const { link: of } of [unused, used]) {
    expect(await writers[0].as(asker).revoke(of.accountId, of.linkId)).toEqual({ kind: 'revoked' });
  }
  expect(await writers[1].exchange(unused.token, undefined)).toEqual({ kind: 'refused', reason: 'unknown' });
  for (const table of tables) await eventually(() => expect(table.inSession(session)).toBeUndefined());
});

/** Another key, of which something is said. */
function keyWith(change: Partial<ApiKey>): string {
  const { key } = makeApiKey({ accountId: 'acc_1', name: '', role: 'write' }, nowMs);
  keys.set(key.keyId, { value: { ...key, ...change }, revision: 1 });
  return key.keyId;
}

test('a link is worth nothing without the key that made it, and its session is no longer than that', async () => {
  const expiresAtMs = nowMs + 60_000;
  const { token } = await link({ madeByKeyId: keyWith({ expiresAtMs }) });
  expect(exchanged(await writers[1].exchange(token, undefined)).expiresAtMs).toBe(expiresAtMs);
  const accountId = `acc_${randomUUID()}`;
  const over = await link({ accountId, madeByKeyId: keyWith({ revokedAtMs: nowMs }) });
  expect(await writers[1].exchange(over.token, undefined)).toEqual({ kind: 'refused', reason: 'expired' });
  expect(tables[1].list(accountId)).toEqual([]);
});

test('of links that are made at once no more pass than an account may have', async () => {
  const accountId = `acc_${randomUUID()}`;
  const kinds = (await Promise.all([1, 2, 3, 4, 5].map(() => create({ accountId })))).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['created', 'created', 'created', 'too_many', 'too_many']);
  expect(await create({ accountId })).toEqual({ kind: 'too_many', limit: 3 });
  expect((await create()).kind).toBe('created');
});

test('a link that has expired is refused, and forgotten along with the next that is made', async () => {
  const accountId = `acc_${randomUUID()}`;
  const [unused, over] = [await link({ accountId }), await link({ accountId, sessionSeconds: 60 })];
  const session = exchanged(await writers[0].exchange(over.token, undefined));
  nowMs += 601_000;
  expect(await writers[0].exchange(unused.token, undefined)).toEqual({ kind: 'refused', reason: 'expired' });
  expect(tables[0].inSession(session)).toBeUndefined();
  const { link: next } = await link({ accountId });
  for (const table of tables) {
    await eventually(() => expect(table.list(accountId).map(({ linkId }) => linkId)).toEqual([next.linkId]));
  }
});
