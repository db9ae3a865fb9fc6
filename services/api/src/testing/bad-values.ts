/** What is wrong wherever a field of that name is asked for. A field that is new has to be named here. */

const LONG = 'x'.repeat(201);
const ID = ['', LONG];

export const BAD_PARAMS: Readonly<Record<string, readonly string[]>> = {
  endpoint_id: [LONG],
  delivery_id: ['nonsense', '6f1c1f0e-6a51-5d0c-9f6a'],
  event_id: [LONG],
  publication_id: [LONG],
  replay_id: [LONG],
  key_id: [LONG],
  link_id: [LONG],
  plan_id: ['nonsense', 'rp_01890a5d01890a5d01890a5d01890a5d'],
};

/** These name a thing by what it is called: another name is not found. */
export const NOT_FOUND_PARAMS: ReadonlySet<string> = new Set(['event_type']);

export const BAD_QUERY: Readonly<Record<string, readonly string[]>> = {
  limit: ['0', '201', 'ten', '1.5'],
  cursor: ['x'.repeat(2_001), 'nonsense'],
  project_id: ID,
  channel_id: ID,
  endpoint_id: ID,
  publication_id: ID,
  event_id: ID,
  event_type: ['publication.x'],
  state: ['asleep'],
  status: ['abc', '99x'],
  outcome: ['boom'],
  reason: ['', 'nope'],
  search: ['!?', LONG],
  from: ['yesterday', '2026-01-01T00:00:00'],
  to: ['tomorrow', '2026-13-01T00:00:00Z'],
  bucket: ['7m'],
  include: ['everything'],
  actor_kind: ['nobody'],
  actor_id: ID,
  action: ['endpoint.painted'],
  subject_kind: ID,
  subject_id: ID,
  after: ['x'.repeat(2_001), 'nonsense'],
  skip_older_than: ['soon', '-1'],
};

/** A body and the fields of it that are wrong. */
export type BadBody = readonly [body: unknown, fields: readonly string[]];

const URL = 'https://example.com/hooks';
const HOOK = { project_id: 'p', url: URL };
const CHAT = { kind: 'telegram', project_id: 'p', chat_id: '123' };
const EVENTS = { kind: 'topic', topic: 'events' };
const ALL = { ...EVENTS, everything: true };

/** Of each operation with a body: all its fields are wrong at least once. */
export const BAD_BODIES: Readonly<Record<string, readonly BadBody[]>> = {
  createEndpoint: [
    [{}, ['project_id', 'url']],
    [{ ...HOOK, project_id: '' }, ['project_id']],
    [{ ...HOOK, project_id: 'a\ud800' }, ['project_id']],
    [{ url: 5 }, ['project_id', 'url']],
    [{ ...HOOK, url: 'ftp://example.com' }, ['url']],
    [{ ...HOOK, url: 'https://user:pw@example.com' }, ['url']],
    [{ ...HOOK, url: 'https://10.0.0.1/' }, ['url']],
    [{ ...HOOK, url: `https://example.com/${'x'.repeat(2_048)}` }, ['url']],
    [{ ...HOOK, kind: 'fax' }, ['kind']],
    [{ ...HOOK, name: LONG }, ['name']],
    [{ ...HOOK, format: 'xml' }, ['format']],
    [{ ...HOOK, subscription: null }, ['subscription']],
    [{ ...HOOK, subscription: { channels: [] } }, ['subscription.channels']],
    [{ ...HOOK, subscription: { event_types: ['publication.x'] } }, ['subscription.event_types[0]']],
    [{ ...HOOK, subscription: { channel_ids: ['a', 'a'] } }, ['subscription.channel_ids']],
    [{ ...HOOK, subscription: { filter: [] } }, ['subscription.filter']],
    [
      { ...HOOK, subscription: { filter: { field: 'chanel.type', op: 'exists' } } },
      ['subscription.filter.field'],
    ],
    [
      { ...HOOK, subscription: { filter: { and: [{ field: 'status_code', op: 'gt', value: 'x' }, {}] } } },
      ['subscription.filter.and[0].value', 'subscription.filter.and[1]'],
    ],
    [{ ...HOOK, state: 'held' }, ['state']],
    [{ ...HOOK, retry_schedule: [] }, ['retry_schedule']],
    [{ ...HOOK, retry_schedule: ['5s', '7s'] }, ['retry_schedule[1]']],
    [{ ...HOOK, retry_schedule: Array(51).fill('5s') }, ['retry_schedule']],
    [{ ...HOOK, timeout_ms: '1000' }, ['timeout_ms']],
    [{ ...HOOK, max_concurrency: 1.5 }, ['max_concurrency']],
    [{ ...HOOK, rate_limit_per_second: 0 }, ['rate_limit_per_second']],
    [{ ...HOOK, ordering: 'fifo' }, ['ordering']],
    [{ ...HOOK, on_dead_head: 'wait' }, ['on_dead_head']],
    [{ ...HOOK, headers: { 'x-a': 'line\nbreak' } }, ['headers.x-a']],
    [{ ...HOOK, headers: { 'x-a': 5 } }, ['headers.x-a']],
    [
      { ...HOOK, headers: { Host: 'evil', 'webhook-id': '1', 'x-ok': 'yes' } },
      ['headers.host', 'headers.webhook-id'],
    ],
    [{ ...HOOK, colour: 'red', id: 1 }, ['colour', 'id']],
    [{ ...HOOK, timeout_ms: -1, ordering: 1, headers: [] }, ['timeout_ms', 'ordering', 'headers']],
    [{ ...HOOK, secret: 'hunter2' }, ['secret']],
    [{ ...HOOK, secret: `whsec_${'QUJD'.repeat(8)}`, signing_scheme: 'v1' }, ['signing_scheme']],
    [{ ...HOOK, signing_scheme: 'v9' }, ['signing_scheme']],
    [{ ...CHAT, chat_id: 'no chat' }, ['chat_id']],
    [{ ...CHAT, token: 'hunter2' }, ['token']],
    [{ ...CHAT, url: URL }, ['url']],
    [{ kind: 'slack', project_id: 'p', url: 'https://10.0.0.1/' }, ['url']],
  ],
  updateEndpoint: [
    [{}, ['']],
    [{ name: 5 }, ['name']],
    [{ url: '' }, ['url']],
    [{ format: null }, ['format']],
    [{ subscription: { channels: [] } }, ['subscription.channels']],
    [{ state: 'gone' }, ['state']],
    [{ retry_schedule: [] }, ['retry_schedule']],
    [{ timeout_ms: 50 }, ['timeout_ms']],
    [{ max_concurrency: 0 }, ['max_concurrency']],
    [{ rate_limit_per_second: 'fast' }, ['rate_limit_per_second']],
    [{ ordering: true }, ['ordering']],
    [{ on_dead_head: null }, ['on_dead_head']],
    [{ headers: { host: 'evil' } }, ['headers.host']],
    [{ chat_id: 5 }, ['chat_id']],
    [{ token: 'hunter2' }, ['token']],
    [{ project_id: 'another' }, ['project_id']],
  ],
  rotateEndpointSecret: [
    [{ secret: 'hunter2' }, ['secret']],
    [{ signing_scheme: 'rsa' }, ['signing_scheme']],
    [{ overlap_seconds: -1 }, ['overlap_seconds']],
    [{ overlap_seconds: 604_801 }, ['overlap_seconds']],
  ],
  testEndpoint: [
    [{ event_type: 'publication.x' }, ['event_type']],
    [{ event_type: null }, ['event_type']],
  ],
  checkEndpointUrl: [
    [{}, ['url']],
    [{ url: '' }, ['url']],
    [{ url: ['https://example.com'] }, ['url']],
    [{ url: 'x'.repeat(2_049) }, ['url']],
  ],
  previewSubscription: [
    [{}, ['project_id']],
    [{ project_id: LONG }, ['project_id']],
    [{ project_id: 'p', subscription: { event_types: 'all' } }, ['subscription.event_types']],
    [{ project_id: 'p', format: 'xml' }, ['format']],
  ],
  redriveRetriesNow: [
    [{ delivery_ids: [] }, ['delivery_ids']],
    [{ delivery_ids: ['nonsense'] }, ['delivery_ids[0]']],
  ],
  cancelRetries: [[{ delivery_ids: 'all' }, ['delivery_ids']]],
  redriveDeadLetters: [
    [{}, ['delivery_ids']],
    [{ delivery_ids: [] }, ['delivery_ids']],
    [{ delivery_ids: ['nonsense'] }, ['delivery_ids[0]']],
    [{ filter: {} }, ['filter']],
    [{ filter: { status: 1_000 } }, ['filter.status']],
    [{ filter: { from: 'yesterday' } }, ['filter.from']],
    [{ filter: { reason: 'exhausted' }, per_second: 0 }, ['per_second']],
    [{ filter: { reason: 'exhausted' }, dry_run: 'yes' }, ['dry_run']],
  ],
  createReplay: [
    [{}, ['source']],
    [{ source: {} }, ['source.kind']],
    [{ source: EVENTS }, ['source.ranges']],
    [{ source: { kind: 'topic', topic: 'nonsense', everything: true } }, ['source.topic']],
    [{ source: { ...EVENTS, ranges: [{ partition: 99, from: 0 }] } }, ['source.ranges[0].partition']],
    [{ source: { ...EVENTS, ranges: [{ partition: 0, from: 5, to: 5 }] } }, ['source.ranges[0].to']],
    [{ source: { kind: 'history' } }, ['source.states']],
    [{ source: { kind: 'history', states: ['asleep'] } }, ['source.states[0]']],
    [{ source: { ...EVENTS, from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } }, ['source.to']],
    [{ source: ALL, filter: { endpoint_ids: 'all' } }, ['filter.endpoint_ids']],
    [{ source: ALL, filter: { reasons: ['exhausted'] } }, ['filter.reasons']],
    [{ source: ALL, target_endpoint_id: '' }, ['target_endpoint_id']],
    [{ source: ALL, skip_delivered: 1 }, ['skip_delivered']],
    [{ source: ALL, per_second: 1_000_000 }, ['per_second']],
    [{ source: ALL, dry_run: null }, ['dry_run']],
  ],
  setUploadNotifications: [
    [{ channels: { webhook: 'on' } }, ['channels.webhook']],
    [{ webhook_url: 5 }, ['webhook_url']],
    [{ telegram_chat_id: [] }, ['telegram_chat_id']],
  ],
  createBulkPlan: [
    [{}, ['action']],
    [{ action: 'purge', filter: { reasons: ['exhausted'] } }, ['action']],
    [{ action: 'redrive' }, ['filter']],
    [{ action: 'redrive', filter: { project_id: 'p' }, colour: 'red' }, ['colour']],
    [{ action: 'redrive', filter: {} }, ['filter']],
    [{ action: 'redeliver', filter: { states: ['delivered'] } }, ['filter']],
    [{ action: 'redeliver', filter: { states: ['waiting'], project_id: 'p' } }, ['filter.states[0]']],
    [{ action: 'redrive', filter: { states: ['dead'], project_id: 'p' } }, ['filter.states']],
    [{ action: 'redrive', filter: { last_statuses: [1_000] } }, ['filter.last_statuses[0]']],
    [{ action: 'redrive', filter: { event_ids: [''] } }, ['filter.event_ids[0]']],
    [
      { action: 'redrive', filter: { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      ['filter.to'],
    ],
    [{ action: 'redrive', filter: { project_id: 'p' }, per_second: 0 }, ['per_second']],
  ],
  createSession: [
    [{ api_key: 5 }, ['api_key']],
    [{ portal_token: 'hunter2'.repeat(100) }, ['portal_token']],
    [{}, ['']],
    [{ api_key: 'hunter2', portal_token: 'hunter2' }, ['']],
  ],
  createPortalLink: [
    [{ name: LONG }, ['name']],
    [{ role: 'admin' }, ['role']],
    [{ project_ids: [] }, ['project_ids']],
    [{ channel_ids: [''] }, ['channel_ids[0]']],
    [{ expires_in: 5 }, ['expires_in']],
    [{ session_seconds: 'long' }, ['session_seconds']],
  ],
  createApiKey: [
    [{ name: LONG }, ['name']],
    [{ role: 'owner' }, ['role']],
    [{ expires_at: 'never' }, ['expires_at']],
  ],
};
