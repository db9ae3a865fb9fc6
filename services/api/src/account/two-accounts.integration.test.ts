import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { fillAccount } from '../testing/fill-account.ts';
import { AUDITED, type Belongings, projectOf, ROWS, type Row } from '../testing/operation-rows.ts';
import { readAudit } from '../testing/read-audit.ts';
import { type Client, type Reply, type RunningApi, startApi } from '../testing/running-api.ts';

const MARK = `mark${randomUUID().slice(0, 8)}`;

let api: RunningApi;
/** Of the requests that were made for each row. */
const requestIds: { operation: string; strange: string; own: string }[] = [];
let owner: Client;
let stranger: Client;
/** Sessions of the owner's account: of the project that everything is in, and of what nothing is in. */
let insider: Client;
let outsiders: Client[];
let belongings: Belongings;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  [owner, stranger] = await Promise.all([api.client('admin'), api.client('admin')]);
  belongings = await fillAccount(api, owner, MARK);
  insider = await api.session(owner.accountId, { projectIds: [projectOf(belongings)] });
  outsiders = [
    await api.session(owner.accountId, { projectIds: ['project-other'] }),
    await api.session(owner.accountId, { channelIds: ['channel-other'] }),
  ];
});

afterAll(() => api.stop());

function ask(client: Client, operation: string, row: Row): Promise<Reply> {
  const [method] = operation.split(' ') as [string];
  const header: Record<string, string> = method === 'PATCH' ? { 'if-match': '*' } : {};
  return client.send(method, row.path(belongings), row.body?.(belongings), header);
}

function requestIdOf({ headers }: Reply): string {
  return headers.get('x-request-id') as string;
}

function isRefusal({ status, body }: Reply): boolean {
  const codes = ['scope_too_narrow', 'key_needed', 'forbidden'].map((code) => `urn:herald:problem:${code}`);
  return status === 403 && codes.includes(body.type);
}

it('every operation of the api has its row here, and says what it leaves in the audit', () => {
  const operations = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(operations.filter((operation) => !(operation in ROWS))).toEqual([]);
  const changing = operations.filter((operation) => !operation.startsWith('GET '));
  expect(changing.filter((operation) => !(operation in AUDITED))).toEqual([]);
});

const PROVEN_HERE = Object.entries(ROWS).flatMap(([operation, row]) =>
  'provenIn' in row ? [] : [[operation, row] as const],
);

it.each(PROVEN_HERE)(
  '%s: a session of another project or channel is shown nothing and changes nothing',
  async (operation, row) => {
    const before = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
    for (const outsider of outsiders) {
      const strange = await ask(outsider, operation, row);
      const told = JSON.stringify(strange.body ?? null);
      expect(told).not.toContain(MARK);
      if (isRefusal(strange)) continue;
      if ('shows' in row) {
        expect([200, 404], told).toContain(strange.status);
        if (strange.status === 200) expect(row.shows(strange.body, belongings), told).toBe(false);
      } else expect(strange.status, told).toBe('refuses' in row ? row.refuses : row.makes);
    }
    const after = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
    expect(after.body).toEqual(before.body);
  },
);

it.each(PROVEN_HERE.filter(([operation]) => operation.startsWith('GET ')))(
  '%s: a session of the project is shown what is there, or told that it is of the whole account or for keys',
  async (operation, row) => {
    const own = await ask(insider, operation, row);
    const described = api.operations.find(
      ({ method, path }) => operation === `${method.toUpperCase()} ${path}`,
    );
    const isWhole =
      described?.role !== undefined && (described.wholeAccount === true || described.keyOnly === true);
    expect(isRefusal(own), JSON.stringify(own.body)).toBe(isWhole);
    if (!isWhole && 'shows' in row) expect(row.shows(own.body, belongings)).toBe(true);
  },
);

it.each(PROVEN_HERE)('%s: another account is shown nothing and changes nothing', async (operation, row) => {
  const before = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
  const strange = await ask(stranger, operation, row);
  const after = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
  expect(after.body).toEqual(before.body);
  const told = JSON.stringify(strange.body ?? null);
  expect(told).not.toContain(MARK);
  expect(told).not.toContain(owner.accountId);

  const own = await ask(owner, operation, row);
  requestIds.push({ operation, strange: requestIdOf(strange), own: requestIdOf(own) });
  if ('shows' in row) {
    // Otherwise the row would prove nothing.
    expect(own.status, JSON.stringify(own.body)).toBeLessThan(300);
    expect(row.shows(own.body, belongings)).toBe(true);
    expect([200, 404]).toContain(strange.status);
    if (strange.status === 200) expect(row.shows(strange.body, belongings), told).toBe(false);
  } else if ('refuses' in row) {
    expect(strange.status, told).toBe(row.refuses);
    expect(own.status, JSON.stringify(own.body)).toBeLessThan(300);
  } else {
    expect(strange.status, told).toBe(row.makes);
    expect((await owner.get('/v1/endpoints')).body.items).not.toContainEqual(
      expect.objectContaining({ endpoint_id: strange.body.endpoint_id }),
    );
  }
});

it('whatever changed something is in the audit as the caller asked for it, and what was refused is not', async () => {
  const audit = await readAudit(inject('stack'));
  const of = (requestId: string) => audit.filter(({ request_id }) => request_id === requestId);
  for (const { operation, own, strange } of requestIds) {
    const expected = AUDITED[operation] ?? [];
    if ('provenIn' in expected) continue;
    const left = of(own);
    expect([...new Set(left.map(({ action }) => action))], operation).toEqual(expected);
    for (const record of left) {
      expect(record.account_id).toBe(owner.accountId);
      expect([record.actor_kind, record.actor_id]).toEqual(['API_KEY', owner.key.split('_')[1]]);
    }
    for (const record of of(strange)) expect(record.account_id).toBe(stranger.accountId);
    if (expected.length > 0) expect(left.map(({ state }) => state)).toContain('ASKED');
  }
  const told = JSON.stringify(audit);
  expect(told).not.toContain(owner.key.split('_').slice(2).join('_'));
  expect(told).not.toContain('sealed');
});
