import { randomUUID } from 'node:crypto';
import type { AuditRecord } from '@herald/contracts/generated/audit-record';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { HistoryStore } from './history.ts';
import { openHistoryStore } from './history-store.ts';
import { AUDIT } from './tables/audit.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { newAccount, pageOf } from './testing/listing.ts';
import { anAuditRecord } from './testing/sample-rows.ts';

let database: HistoryDatabase;
let history: HistoryStore;

beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
  history = openHistoryStore(database.options);
});
afterAll(async () => {
  await history?.close();
  await database?.drop();
});

const NOW_MS = Date.now();

async function write(accountId: string, said: Partial<AuditRecord>[]): Promise<void> {
  const rows = said.map((each, offset) => ({
    record: anAuditRecord({ account_id: accountId, asked_at: NOW_MS, ...each }),
    offset,
  }));
  // One by one, as flushes of the logger: nothing has fallen together yet.
  for (const row of rows) await database.insert(AUDIT, [row]);
}

test('of what was written of a change the last counts, and it is shown as it was written', async () => {
  const account = newAccount();
  const audit_id = randomUUID();
  await write(account.accountId, [
    { audit_id, state: 'ASKED', decided_on: 3, revision: null },
    { audit_id, state: 'ASKED', decided_on: null, revision: null, before: null },
    { audit_id, state: 'DONE', decided_on: null, revision: 9, before: null, request_id: null },
  ]);
  const { items } = pageOf(await history.audit.list(account, { limit: 10 }));
  expect(items).toEqual([
    {
      auditId: audit_id,
      askedAtMs: NOW_MS,
      actor: { kind: 'api_key', id: 'key-1' },
      action: 'endpoint.updated',
      subject: { kind: 'endpoint', id: 'endpoint-1' },
      state: 'done',
      decidedOn: null,
      revision: 9,
      before: null,
      after: { name: 'b' },
      requestId: null,
    },
  ]);
});

test('a walk through the audit of an account sees each change once, newest first, and none of another', async () => {
  const account = newAccount();
  await write(newAccount().accountId, [{}, {}]);
  // Two of one millisecond: the place is not the time alone.
  await write(
    account.accountId,
    [5, 3, 3, 1].map((back) => ({ asked_at: NOW_MS - back })),
  );
  const times: number[] = [];
  let cursor: string | undefined;
  do {
    const page = pageOf(await history.audit.list(account, { limit: 1, cursor }));
    times.push(...page.items.map(({ askedAtMs }) => NOW_MS - askedAtMs));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(times).toEqual([1, 3, 3, 5]);
});

test('each filter leaves what it is for', async () => {
  const account = newAccount();
  await write(account.accountId, [
    { action: 'endpoint.paused' },
    { actor_id: 'key-2' },
    { actor_kind: 'OPERATOR' },
    { subject_id: 'endpoint-2' },
    { subject_kind: 'api_key' },
    { asked_at: NOW_MS - 1_000 },
  ]);
  const count = async (filter: object) =>
    pageOf(await history.audit.list(account, { limit: 10, ...filter })).items.length;
  for (const filter of [
    { action: 'endpoint.paused' },
    { actorId: 'key-2' },
    { actorKind: 'operator' },
    { subjectId: 'endpoint-2' },
    { subjectKind: 'api_key' },
    { toMs: NOW_MS },
    { fromMs: NOW_MS, action: 'endpoint.paused' },
  ]) {
    expect(await count(filter), JSON.stringify(filter)).toBe(1);
  }
  expect(await count({ fromMs: NOW_MS })).toBe(5);
});

test('the audit cannot be read for a part of an account', async () => {
  const scope = { ...newAccount(), projectIds: ['project-1'] };
  await expect(history.audit.list(scope, { limit: 1 })).rejects.toThrow('part of an account');
});
