import { randomUUID } from 'node:crypto';
import { openLedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { anAttempt, anEvent, aRoute, NOON_MS } from '@herald/clickhouse/testing/sample-rows';
import { deliveryId } from '@herald/domain/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;
let owner: Client;
let stranger: Client;

/** One event to one endpoint: failed with an answer that is no UTF-8, then delivered. */
const event = { event_id: randomUUID(), event_type: 'FAILED', error_message: 'quota' } as const;
const delivery = deliveryId(event.event_id, 'endpoint-1', 'event');
/** Others, one a minute before it, that wait. */
const older = Array.from({ length: 5 }, (_, index) => ({
  event_id: randomUUID(),
  occurred_at: NOON_MS - (index + 1) * 60_000,
}));

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client('read');
  stranger = await api.client();
  const account = { account_id: owner.accountId };
  const of = {
    ...account,
    event_id: event.event_id,
    delivery_id: delivery,
    event_type: 'publication.failed',
  };
  const origin = { origin_partition: 0, origin_offset: 0 };

  await api.history.insert(EVENTS, [
    {
      partition: 0,
      offset: 0,
      recordedAtMs: NOON_MS + 5,
      content: { ok: true, event: anEvent({ ...account, ...event }) },
    },
  ]);
  await api.history.insert(ROUTES, [
    aRoute(0, {
      ...account,
      event_id: event.event_id,
      event_type: 'publication.failed',
      deliveries: [{ endpoint_id: 'endpoint-1', delivery_id: delivery }],
    }),
  ]);
  await api.history.insert(ATTEMPTS, [
    anAttempt({
      ...of,
      ...origin,
      verdict: 'RETRY',
      retry_tier: '5s',
      next_attempt_at: NOON_MS + 5_000,
      response: {
        status: 503,
        headers: { 'retry-after': '5' },
        body: Buffer.from([0xff, 0x00, 0x80]),
        body_truncated: true,
      },
    }),
    anAttempt({
      ...of,
      ...origin,
      step: 1,
      attempt_number: 2,
      started_at: NOON_MS + 5_010,
      request: {
        method: 'POST',
        url: 'https://receiver.example/hook',
        headers: { 'webhook-id': 'm' },
        body: Buffer.from('{"type":"publication.failed","text":"Füße 🙂"}'),
      },
    }),
    ...older.map((one) =>
      anAttempt({
        ...account,
        ...one,
        endpoint_id: 'endpoint-2',
        verdict: 'RETRY',
        retry_tier: '30s',
        next_attempt_at: NOON_MS + 60_000,
      }),
    ),
  ]);
});

afterAll(() => api.stop());

describe('a delivery', () => {
  it('is shown as it stands, with every attempt, its request and its response', async () => {
    const { status, body } = await owner.get(`/v1/deliveries/${delivery}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      delivery_id: delivery,
      endpoint_id: 'endpoint-1',
      event_id: event.event_id,
      event_type: 'publication.failed',
      cause: 'event',
      state: 'delivered',
      attempts: 2,
      last_outcome: 'response',
      last_status: 200,
      next_attempt_at: null,
      occurred_at: '2026-01-15T12:00:00.000Z',
      origin: { topic: 'publication.events', partition: 0, offset: 0 },
    });
    expect(body.history).toHaveLength(2);
    expect(body.history[0]).toMatchObject({
      step: 0,
      attempt_number: 1,
      disposition: 'attempted',
      verdict: 'retry',
      retry_tier: '5s',
      next_attempt_at: '2026-01-15T12:00:05.000Z',
      response: {
        status: 503,
        headers: { 'retry-after': '5' },
        body: Buffer.from([0xff, 0x00, 0x80]).toString('base64'),
        body_encoding: 'base64',
        body_truncated: true,
      },
      config_revision: 9,
    });
    expect(body.history[1].request).toEqual({
      method: 'POST',
      url: 'https://receiver.example/hook',
      headers: { 'webhook-id': 'm' },
      body: '{"type":"publication.failed","text":"Füße 🙂"}',
      body_encoding: 'utf-8',
    });
  });

  it('of another account is not there, and an id that is none is told to be', async () => {
    expect((await stranger.get(`/v1/deliveries/${delivery}`)).status).toBe(404);
    expect((await owner.get(`/v1/deliveries/${randomUUID()}`)).status).toBe(404);
    expect(await owner.get('/v1/deliveries/1%27')).toMatchObject({
      status: 400,
      body: { errors: [{ in: 'path', field: 'delivery_id' }] },
    });
  });
});

describe('the list of deliveries', () => {
  it.each([
    ['', 6],
    ['project_id=project-1', 6],
    ['project_id=other', 0],
    ['endpoint_id=endpoint-2', 5],
    ['state=waiting', 5],
    ['state=delivered', 1],
    ['channel_id=other', 0],
    ['status=503', 1],
    ['status=2xx', 6],
    ['status=4xx', 0],
    ['status=503&state=delivered', 1],
    ['outcome=timeout', 0],
    ['outcome=response&event_type=publication.failed', 1],
    ['search=QUOTA%20caption', 1],
    ['search=quotas', 0],
    ['event_type=publication.failed', 1],
    ['from=2026-01-15T12:00:00Z', 1],
    ['to=2026-01-15T12:00:00Z', 5],
    ['from=2026-01-15T12:57:30%2B01:00&to=2026-01-15T11:59:30Z', 2],
    [`event_id=${event.event_id}`, 1],
    ['publication_id=publication-1&state=dead', 0],
  ])('is filtered by %j', async (query, count) => {
    const { status, body } = await owner.get(`/v1/deliveries?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.items).toHaveLength(count);
  });

  it('is walked page by page, newest first, each delivery once', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: {
        body: { items: { occurred_at: string; event_id: string }[]; next_cursor: string | null };
      } = await owner.get(`/v1/deliveries?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.body.items.map(({ event_id }) => event_id));
      cursor = page.body.next_cursor;
    }
    expect(seen).toEqual([event.event_id, ...older.map(({ event_id }) => event_id)]);
  });

  it('of another account is empty', async () => {
    expect((await stranger.get('/v1/deliveries')).body).toEqual({ items: [], next_cursor: null });
    expect((await stranger.get(`/v1/deliveries?event_id=${event.event_id}`)).body.items).toEqual([]);
  });

  it.each([
    ['state=lost', 'state'],
    ['event_type=published', 'event_type'],
    ['from=yesterday', 'from'],
    ['to=2026-01-15', 'to'],
    ['limit=1000', 'limit'],
    ['status=dead', 'status'],
  ])('names what is wrong with %j', async (query, field) => {
    const reply = await owner.get(`/v1/deliveries?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ in: 'query', field }] } });
  });

  it('refuses a cursor that is damaged or of other filters, rather than beginning again', async () => {
    const { body } = await owner.get('/v1/deliveries?limit=1');
    const cursor = encodeURIComponent(body.next_cursor);
    const refused = { status: 400, body: { type: 'urn:herald:problem:refused_cursor' } };
    expect(await owner.get(`/v1/deliveries?limit=1&state=dead&cursor=${cursor}`)).toMatchObject(refused);
    expect(await owner.get('/v1/deliveries?cursor=damaged')).toMatchObject(refused);
  });
});

describe('the facets of deliveries', () => {
  const day = 'from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z';

  it('count each delivery once, by what it could be narrowed to', async () => {
    const { status, body } = await owner.get(`/v1/deliveries/facets?${day}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      from: '2026-01-15T00:00:00.000Z',
      to: '2026-01-16T00:00:00.000Z',
      deliveries: 6,
      state: [
        { value: 'waiting', deliveries: 5 },
        { value: 'delivered', deliveries: 1 },
      ],
      event_type: [
        { value: 'publication.published', deliveries: 5 },
        { value: 'publication.failed', deliveries: 1 },
      ],
      status: [
        { value: '2xx', deliveries: 6 },
        { value: '5xx', deliveries: 1 },
      ],
      outcome: [{ value: 'response', deliveries: 6 }],
      endpoint_id: [
        { value: 'endpoint-2', deliveries: 5 },
        { value: 'endpoint-1', deliveries: 1 },
      ],
    });
    const { body: narrowed } = await owner.get(`/v1/deliveries/facets?${day}&state=delivered&status=503`);
    expect(narrowed).toMatchObject({ deliveries: 1, state: [{ value: 'delivered', deliveries: 1 }] });
    expect((await stranger.get(`/v1/deliveries/facets?${day}`)).body.deliveries).toBe(0);
  });

  it('are of a range that is bounded', async () => {
    const reply = await owner.get('/v1/deliveries/facets?from=2025-01-01T00:00:00Z');
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ in: 'query', field: 'from' }] } });
  });
});

describe('events', () => {
  it('are listed and shown as they were produced, routed and delivered', async () => {
    const { body: list } = await owner.get('/v1/events?event_type=publication.failed');
    expect(list.items).toMatchObject([
      { event_id: event.event_id, channel_type: 'instagram', recorded_at: '2026-01-15T12:00:00.005Z' },
    ]);
    const { status, body } = await owner.get(`/v1/events/${event.event_id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      event_id: event.event_id,
      event: {
        event_type: 'publication.failed',
        occurred_at: '2026-01-15T12:00:00.000Z',
        error_message: 'quota',
        content: { media_type: 'video', caption: 'A caption' },
      },
      route: { config_revision: 9, deliveries: [{ endpoint_id: 'endpoint-1', delivery_id: delivery }] },
      deliveries: [{ delivery_id: delivery, state: 'delivered' }],
    });
  });

  it('are listed with their deliveries where that is asked for', async () => {
    const { body } = await owner.get('/v1/events?include=deliveries');
    expect(body.items).toMatchObject([{ deliveries: [{ delivery_id: delivery, state: 'delivered' }] }]);
    expect((await owner.get('/v1/events')).body.items[0]).not.toHaveProperty('deliveries');
  });

  it('of another account are not there', async () => {
    expect((await stranger.get('/v1/events')).body.items).toEqual([]);
    expect((await stranger.get(`/v1/events/${event.event_id}`)).status).toBe(404);
  });
});

describe('the ledger', () => {
  it('says of an account what is on record, and names what does not add up, as of the moment it was counted for', async () => {
    expect((await owner.get('/v1/ledger')).body).toMatchObject({
      counted_at: null,
      as_of: null,
      accepted: 0,
    });
    const counter = openLedgerCounter(api.history.options);
    const watermark = { topic: 'publication.events', partition: 0, offset: 987_654_321 };
    await counter.count({
      asOfMs: NOON_MS + 10 * 60_000,
      overdueAfterMs: 300_000,
      retentionMs: 30 * 86_400_000,
      settledUntilMs: 0,
      watermarks: [watermark],
    });
    await counter.close();
    const { body } = await owner.get('/v1/ledger');
    expect(body).toMatchObject({
      as_of: '2026-01-15T12:10:00.000Z',
      accepted: 1,
      routed: 1,
      deliveries: 6,
      delivered: 1,
      waiting: 5,
      held: 0,
      dead: 0,
      gaps: { unrouted: 0, unrecorded: 0, items: [] },
      overdue: {
        after_seconds: 300,
        waiting: 5,
        oldest_due_at: '2026-01-15T12:01:00.000Z',
        endpoints: [{ endpoint_id: 'endpoint-2', overdue: 5 }],
      },
    });
    // Offsets of what is counted tell how much all accounts have sent.
    expect(JSON.stringify(body)).not.toContain('987654321');
    expect(body.overdue.deliveries).toHaveLength(5);
    expect(body.overdue.deliveries[0]).toMatchObject({
      endpoint_id: 'endpoint-2',
      state: 'waiting',
      due_at: '2026-01-15T12:01:00.000Z',
    });
    expect((await stranger.get('/v1/ledger')).body).toMatchObject({
      as_of: '2026-01-15T12:10:00.000Z',
      accepted: 0,
      deliveries: 0,
      overdue: { waiting: 0, deliveries: [], endpoints: [] },
    });
  });

  it('has a line for each endpoint, page by page, and none of another account', async () => {
    const first = await owner.get('/v1/ledger/endpoints?limit=1');
    expect(first.body.items).toMatchObject([{ endpoint_id: 'endpoint-1', deliveries: 1, delivered: 1 }]);
    const next = await owner.get(
      `/v1/ledger/endpoints?limit=1&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    );
    expect(next.body).toMatchObject({
      items: [{ endpoint_id: 'endpoint-2', waiting: 5, next_due_at: '2026-01-15T12:01:00.000Z' }],
      next_cursor: null,
    });
    expect((await stranger.get('/v1/ledger/endpoints')).body).toEqual({ items: [], next_cursor: null });
    expect((await owner.get('/v1/ledger/endpoints?cursor=damaged')).status).toBe(400);
  });
});
