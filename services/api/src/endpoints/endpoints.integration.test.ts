import { randomUUID } from 'node:crypto';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { parseSecret } from '@herald/webhook/secret';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { describeChatEndpoints } from '../testing/chat-endpoints.ts';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

const stack = inject('stack');
let api: RunningApi;
let owner: Client;

beforeAll(async () => {
  api = await startApi(stack);
  owner = await api.client();
});

afterAll(() => api.stop());

const hook = 'http://127.0.0.1:9/hook';

async function create(client = owner, over: object = {}) {
  const reply = await client.send('POST', '/v1/endpoints', { project_id: 'proj_1', url: hook, ...over });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply;
}

describe('creating an endpoint', () => {
  it('answers with its defaults, its place and its secret', async () => {
    const { body, headers } = await create();
    expect(body).toMatchObject({
      endpoint_id: expect.stringMatching(/^ep_/),
      project_id: 'proj_1',
      kind: 'webhook',
      format: 'publication',
      subscription: { channel_ids: [], event_types: [] },
      state: 'active',
      status: { state: 'active', reason: null },
      timeout_ms: 15_000,
      max_concurrency: 10,
      rate_limit_per_second: null,
      ordering: 'none',
      headers: {},
      public_key: null,
    });
    expect(body.retry_schedule).toHaveLength(11);
    expect(parseSecret(body.secret).kind).toBe('secret');
    expect(headers.get('location')).toBe(`/v1/endpoints/${body.endpoint_id}`);
    expect(headers.get('etag')).toBe(`"${body.revision}"`);
  });

  it('takes over everything that it is given', async () => {
    const given = {
      name: 'CRM',
      format: 'cloudevents',
      subscription: { channel_ids: ['ch_1'], event_types: ['publication.failed', 'endpoint.failing'] },
      state: 'paused',
      retry_schedule: ['5s', '5s', '1h'],
      timeout_ms: 2_000,
      max_concurrency: 3,
      rate_limit_per_second: 0.5,
      ordering: 'publication',
      headers: { 'X-Team': 'a', authorization: 'Bearer of-the-receiver' },
    };
    const { body } = await create(owner, { ...given, secret: `whsec_${'QUJD'.repeat(8)}` });
    expect(body).toMatchObject({
      ...given,
      headers: { 'x-team': '[set]', authorization: '[set]' },
    });
    const unset = { headers: { 'x-new': '[set]' } };
    const refused = { status: 400, body: { errors: [{ field: 'headers.x-new' }] } };
    expect(
      await owner.send('PATCH', `/v1/endpoints/${body.endpoint_id}`, unset, { 'if-match': '*' }),
    ).toMatchObject(refused);
    expect(
      await owner.send('POST', '/v1/endpoints', { project_id: 'proj_1', url: hook, ...unset }),
    ).toMatchObject(refused);
    expect(body.status).toMatchObject({ state: 'held', reason: 'paused' });
    expect(body.secret).toBe(`whsec_${'QUJD'.repeat(8)}`);
  });

  it('gives the public key of an Ed25519 endpoint', async () => {
    const { body } = await create(owner, { signing_scheme: 'v1a' });
    expect(body.secret).toMatch(/^whsk_/);
    expect(body.public_key).toMatch(/^whpk_/);
    expect(body.secrets).toMatchObject([{ scheme: 'v1a' }]);
  });

  it('is in the table of another process within 2 s of the answer', async () => {
    const elsewhere = await openEndpointTable({
      connection: { brokers: stack.brokers, clientId: 'elsewhere', logger: { log: () => {} } },
      source: connectSchemaRegistry({ url: stack.registryUrl }),
      log: { warn: () => {} },
      onFatal: () => {},
    });
    const { body } = await create();
    expect(await elsewhere.waitForRevision(body.revision, 2_000)).toBe(true);
    const event = {
      accountId: owner.accountId,
      projectId: 'proj_1',
      channelId: 'c',
      eventType: 'publication.deleted',
      readField: () => undefined,
    } as const;
    expect((await elsewhere.match(event)).map(({ endpoint }) => endpoint.id)).toContain(body.endpoint_id);
    await elsewhere.stop();
  });

  it('shows its secret once: not later, not in the log, not on record', async () => {
    const { body } = await create();
    const later = await owner.get(`/v1/endpoints/${body.endpoint_id}`);
    const listed = await owner.get('/v1/endpoints');
    const patched = await owner.send(
      'PATCH',
      `/v1/endpoints/${body.endpoint_id}`,
      { name: 'b' },
      { 'if-match': '*' },
    );
    const secret = body.secret as string;
    const raw = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const { body: shown } of [later, listed, patched]) {
      expect(JSON.stringify(shown)).not.toContain(secret);
      expect(JSON.stringify(shown)).not.toContain('sealed');
    }
    expect(api.logged()).toContain('"route":"/v1/endpoints"');
    expect(api.logged()).not.toContain(secret.slice('whsec_'.length));
    expect(api.logged()).not.toContain(owner.key);
    const record = await recordOf(body.endpoint_id);
    expect(record.includes(secret.slice('whsec_'.length)) || record.includes(raw)).toBe(false);

    const configured = api.table.get(body.endpoint_id)!;
    const [sealed] = configured.endpoint.secrets;
    expect(api.sealing.open(sealed!.sealed, configured.endpoint)).toEqual({ ok: true, secret });
  });

  it('is refused where its filter would make those of the account search more than they may, and so is a change', async () => {
    const client = await api.client();
    const { body } = await create(client);
    const { endpoint } = api.table.get(body.endpoint_id)!;
    const search = { field: 'content.caption', op: 'contains', value: '#spring' } as const;
    const filterOf = (times: number) => ({ or: Array<typeof search>(times).fill(search) });
    const more = Array.from({ length: 204 }, (_, index) => ({
      ...endpoint,
      id: `${endpoint.id}_${index}`,
      subscription: { ...endpoint.subscription, filter: filterOf(49) },
    }));
    await Promise.all(more.map((one) => api.writer.create(one)));
    const asking = (times: number) => ({
      project_id: 'p',
      url: hook,
      subscription: { filter: filterOf(times) },
    });
    const refused = { status: 409, body: { max_text_searches: 10_000 } };
    expect(await client.send('POST', '/v1/endpoints', asking(5))).toMatchObject(refused);
    expect((await client.send('POST', '/v1/endpoints', asking(4))).status).toBe(201);
    const path = `/v1/endpoints/${body.endpoint_id}`;
    const { subscription } = asking(1);
    const changed = await client.send('PATCH', path, { subscription }, { 'if-match': '*' });
    expect(changed).toMatchObject(refused);
    await Promise.all(more.map(({ id }) => api.writer.delete(id, undefined)));
  });

  it('is refused to an account that has 10,000 of them', async () => {
    const client = await api.client();
    const { body } = await create(client);
    const { endpoint } = api.table.get(body.endpoint_id)!;
    const more = Array.from({ length: 9_999 }, (_, index) => ({
      ...endpoint,
      id: `${endpoint.id}_${index}`,
    }));
    await Promise.all(more.map((one) => api.writer.create(one)));
    const refused = await client.send('POST', '/v1/endpoints', { project_id: 'p', url: hook });
    expect(refused).toMatchObject({ status: 409, body: { max_endpoints: 10_000 } });
    await Promise.all([endpoint, ...more].map(({ id }) => api.writer.delete(id, undefined)));
    await create(client);
  });

  it.each([
    ['a URL of a private network', 'https://10.1.2.3/', /10\.1\.2\.3/],
    [
      'a host that resolves into a private network',
      'https://inside.example/',
      /^inside\.example has an address that is not a public address \(private\)$/,
    ],
    ['the metadata service', 'https://169.254.169.254/latest', /169\.254\.169\.254/],
    ['plain http', 'http://93.184.216.34/', /http|scheme|not/],
    ['credentials', 'https://user:pass@example.com/', /user name or password/],
    ['another scheme', 'ftp://example.com/', /scheme/],
    ['no URL at all', 'nonsense', /parsed/],
  ])('refuses %s and names the field', async (_, url, problem) => {
    const reply = await owner.send('POST', '/v1/endpoints', { project_id: 'p', url });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([
      expect.objectContaining({
        field: 'url',
        problem: expect.stringMatching(problem),
        remedy: expect.any(String),
      }),
    ]);
  });
});

describe('changing an endpoint', () => {
  it('needs the revision that the change is of', async () => {
    const { body } = await create();
    const path = `/v1/endpoints/${body.endpoint_id}`;
    expect(await owner.send('PATCH', path, { name: 'b' })).toMatchObject({ status: 428 });
    expect(await owner.send('PATCH', path, { name: 'b' }, { 'if-match': 'W/"1"' })).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'header', field: 'If-Match' }] },
    });
  });

  it('replaces what it names and nothing else', async () => {
    const { body, headers } = await create(owner, {
      name: 'a',
      retry_schedule: ['5s'],
      rate_limit_per_second: 5,
    });
    const path = `/v1/endpoints/${body.endpoint_id}`;
    const changed = await owner.send(
      'PATCH',
      path,
      { timeout_ms: 500 },
      { 'if-match': headers.get('etag')! },
    );
    expect(changed.status).toBe(200);
    const { secret: _, public_key: __, ...before } = body;
    expect(changed.body).toEqual({
      ...before,
      timeout_ms: 500,
      revision: changed.body.revision,
      updated_at: changed.body.updated_at,
    });
    expect(changed.body.revision).toBeGreaterThan(body.revision);
    expect((await owner.get(path)).body).toEqual(changed.body);
    const reset = await owner.send(
      'PATCH',
      path,
      { retry_schedule: null, rate_limit_per_second: null },
      { 'if-match': changed.headers.get('etag')! },
    );
    expect(reset.body).toMatchObject({ rate_limit_per_second: null, timeout_ms: 500 });
    expect(reset.body.retry_schedule).toHaveLength(11);
  });

  it('lets exactly one of many changes of one revision win; the others are told the current one', async () => {
    const { body, headers } = await create();
    const path = `/v1/endpoints/${body.endpoint_id}`;
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, index) =>
        owner.send('PATCH', path, { name: `n${index}` }, { 'if-match': headers.get('etag')! }),
      ),
    );
    const winners = replies.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    const losers = replies.filter(({ status }) => status === 412);
    expect(losers).toHaveLength(24);
    for (const loser of losers) expect(loser.headers.get('etag')).toBe(winners[0]!.headers.get('etag'));
    expect((await owner.get(path)).body.name).toBe(winners[0]!.body.name);
  });

  it.each([
    [{}, ''],
    [{ project_id: 'other' }, 'project_id'],
    [{ secret: 'x' }, 'secret'],
    [{ name: null }, 'name'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
  ])('to %j is refused', async (patch, field) => {
    const { body } = await create();
    const reply = await owner.send('PATCH', `/v1/endpoints/${body.endpoint_id}`, patch, { 'if-match': '*' });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('pauses, resumes and enables', async () => {
    const { body } = await create();
    const path = `/v1/endpoints/${body.endpoint_id}`;
    const paused = await owner.send('POST', `${path}/pause`);
    expect(paused.body).toMatchObject({ state: 'paused', status: { state: 'held', reason: 'paused' } });
    expect((await owner.send('POST', `${path}/resume`)).body).toMatchObject({
      state: 'active',
      status: { state: 'active' },
    });
    expect((await owner.send('POST', `${path}/enable`)).body.revision).toBeGreaterThan(paused.body.revision);
    const stale = { 'if-match': paused.headers.get('etag')! };
    expect((await owner.send('POST', `${path}/pause`, undefined, stale)).status).toBe(412);
    expect((await owner.get(path)).body.state).toBe('active');
  });

  it('gives up what is held by age or altogether, and what is given up stays so', async () => {
    const { body } = await create();
    const path = `/v1/endpoints/${body.endpoint_id}`;
    const skipsBefore = async (method: 'POST' | 'DELETE', tail: string) => {
      const answer = await owner.send(method, path + tail);
      expect(answer).toMatchObject({ status: 200 });
      return Date.parse(answer.body.held_skip_before);
    };
    expect(body.held_skip_before).toBeNull();
    const hourAgoMs = Date.now() - 3_600_000;
    const byAge = await skipsBefore('POST', '/resume?skip_older_than=3600');
    expect(Math.abs(byAge - hourAgoMs)).toBeLessThan(60_000);
    const all = await skipsBefore('DELETE', '/held');
    expect(all).toBeGreaterThan(byAge);
    expect(await skipsBefore('POST', '/resume?skip_older_than=7200')).toBe(all);
    expect((await owner.send('POST', `${path}/resume?skip_older_than=soon`)).status).toBe(400);
  });

  it('deletes it for good, at the named revision where one is named', async () => {
    const { body } = await create();
    const path = `/v1/endpoints/${body.endpoint_id}`;
    expect((await owner.send('DELETE', path, undefined, { 'if-match': '"0"' })).status).toBe(412);
    expect((await owner.send('DELETE', path)).status).toBe(204);
    expect((await owner.get(path)).status).toBe(404);
    expect((await owner.send('DELETE', path)).status).toBe(404);
    expect((await owner.send('PATCH', path, { name: 'x' }, { 'if-match': '*' })).status).toBe(404);
  });
});

describe('listing endpoints', () => {
  it('walks all of them, newest first, each once, whatever comes and goes meanwhile', async () => {
    const client = await api.client();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++)
      ids.push((await create(client, { project_id: i < 5 ? 'a' : 'b' })).body.endpoint_id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: { items: { endpoint_id: string }[]; next_cursor: string | null } } =
        await client.get(`/v1/endpoints?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.body.items.map(({ endpoint_id }) => endpoint_id));
      cursor = page.body.next_cursor;
      if (seen.length === 2) await client.send('DELETE', `/v1/endpoints/${seen[1]}`);
      if (seen.length === 4) await create(client);
    }
    expect(seen).toEqual(ids.toReversed());
    const ofAll = (await create(client, { project_id: '*' })).body.endpoint_id;
    const ofB = await client.get('/v1/endpoints?project_id=b');
    expect(ofB.body).toMatchObject({
      items: [{ endpoint_id: ofAll, project_id: '*' }, { project_id: 'b' }],
      next_cursor: null,
    });
    expect((await client.get('/v1/endpoints?project_id=*')).body.items).toHaveLength(1);
  });
});

describe('another account', () => {
  it('cannot tell an endpoint that is not its own from one that does not exist', async () => {
    const { body } = await create();
    const stranger = await api.client();
    const missing = `ep_${randomUUID()}`;
    for (const [method, tail, patch] of [
      ['GET', ''],
      ['PATCH', '', { name: 'mine' }],
      ['DELETE', ''],
      ['POST', '/pause'],
    ] as const) {
      const ask = (id: string) =>
        stranger.send(method, `/v1/endpoints/${id}${tail}`, patch, patch && { 'if-match': '*' });
      const foreign = await ask(body.endpoint_id);
      const unknown = await ask(missing);
      expect(foreign.status).toBe(404);
      const { request_id: _, ...told } = foreign.body;
      const { request_id: __, ...expected } = unknown.body;
      expect(JSON.stringify(told).replaceAll(body.endpoint_id, missing)).toBe(JSON.stringify(expected));
    }
    expect((await stranger.get('/v1/endpoints')).body.items).toEqual([]);
    expect((await owner.get(`/v1/endpoints/${body.endpoint_id}`)).body).toMatchObject({ state: 'active' });
  });
});

describe('an endpoint of a chat', () => describeChatEndpoints(() => api));

async function recordOf(endpointId: string): Promise<Buffer> {
  const reader = createPartitionReader({ brokers: stack.brokers, clientId: 'raw' });
  const { signal } = new AbortController();
  try {
    const { lowOffset, endOffset } = (await reader.bounds(TOPICS.endpoints, signal)).get(0)!;
    for (let from = lowOffset; from < endOffset; ) {
      const range = {
        topic: TOPICS.endpoints,
        partition: 0,
        from,
        to: endOffset,
        maxBytes: 16 * 1024 * 1024,
      };
      const read = await reader.read(range, signal);
      if (read.kind === 'expired') throw new Error('The record is gone');
      const record = read.records.find(({ key, value }) => value && key?.toString() === endpointId);
      if (record?.value) return record.value;
      from = read.nextOffset;
    }
    throw new Error(`${endpointId} is not on record`);
  } finally {
    await reader.close();
  }
}
