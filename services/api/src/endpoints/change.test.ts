import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { describe, expect, it } from 'vitest';
import { applyPatch, endpointOf } from './change.ts';
import { endpointPatch, newEndpoint } from './endpoint-fields.ts';

const secret = {
  secretId: 's',
  scheme: 'v1',
  sealed: new Uint8Array(1),
  createdAtMs: 5,
  expiresAtMs: undefined,
} as const;
const filter = { field: 'channel.type', op: 'eq', value: 'tiktok' } as const;
const asked = newEndpoint.parse({
  project_id: 'p',
  url: 'https://example.com/',
  name: 'a',
  retry_schedule: ['5s'],
  rate_limit_per_second: 3,
  headers: { 'X-A': 'b' },
  subscription: { channel_ids: ['kept'], event_types: ['publication.failed'], filter },
});
const seal = (credential: string) => Buffer.from(`sealed ${credential}`);
const endpoint = endpointOf(asked, { id: 'ep_1', accountId: 'acc', secret, seal, nowMs: 5 });

function patched(patch: object, current = endpoint) {
  return applyPatch(current, endpointPatch.parse(patch), { seal, nowMs: 9 });
}

function chatOf(given: object) {
  const chat = newEndpoint.parse({ project_id: 'p', ...given });
  return endpointOf(chat, { id: 'ep_1', accountId: 'acc', secret: undefined, seal, nowMs: 5 });
}

describe('a patch', () => {
  it('that switches an endpoint on gives up what was held for it while it was off', () => {
    const off = { ...endpoint, state: 'off' } as const;
    expect(patched({ state: 'active' }, off)).toMatchObject({ state: 'active', heldSkipBeforeMs: 9 });
  });

  it.each([
    [{ name: 'b' }, { name: 'b' }],
    [{ url: 'https://example.org/' }, { url: 'https://example.org/' }],
    [{ format: 'upload-post' }, { format: 'upload-post' }],
    [{ state: 'disabled' }, { state: 'disabled' }],
    [{ timeout_ms: 100 }, { timeoutMs: 100 }],
    [{ max_concurrency: 1 }, { maxConcurrency: 1 }],
    [{ ordering: 'publication' }, { ordering: 'publication' }],
    [{ on_dead_head: 'hold' }, { onDeadHead: 'hold' }],
    [{ rate_limit_per_second: null }, { rateLimitPerSecond: undefined }],
    [{ rate_limit_per_second: 7 }, { rateLimitPerSecond: 7 }],
    [{ retry_schedule: null }, { retrySchedule: DEFAULT_RETRY_SCHEDULE }],
    [{ retry_schedule: ['1h'] }, { retrySchedule: ['1h'] }],
    [{ headers: {} }, { headers: {} }],
    [{ headers: { 'X-B': 'c' } }, { headers: { 'x-b': 'c' } }],
    [{ headers: { 'X-A': '[set]', 'X-B': 'c' } }, { headers: { 'x-a': 'b', 'x-b': 'c' } }],
    [
      { subscription: { channel_ids: ['c'] } },
      { subscription: { channelIds: new Set(['c']), eventTypes: new Set(['publication.failed']), filter } },
    ],
    [
      { subscription: { event_types: ['publication.deleted'] } },
      {
        subscription: { channelIds: new Set(['kept']), eventTypes: new Set(['publication.deleted']), filter },
      },
    ],
    [
      { subscription: { filter: null } },
      { subscription: { channelIds: new Set(['kept']), eventTypes: new Set(['publication.failed']) } },
    ],
    [{ subscription: {} }, {}],
    [{ state: 'off' }, { state: 'off' }],
  ])('of %j changes that and the time, and nothing else', (patch, change) => {
    expect(patched(patch)).toEqual({ ...endpoint, ...change, updatedAtMs: 9 });
  });

  it.each([[{ project_id: 'q' }], [{ kind: 'webhook' }], [{ secret: 'whsec_' }], [{ endpoint_id: 'x' }]])(
    'cannot say %j: an endpoint keeps its identity and its secrets',
    (patch) => {
      expect(endpointPatch.safeParse(patch).success).toBe(false);
    },
  );
});

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

describe('an endpoint of Telegram', () => {
  const chat = chatOf({ kind: 'telegram', chat_id: '42', token: TOKEN });

  it('has its token sealed, and nothing to sign with', () => {
    expect(chat).toMatchObject({ kind: 'telegram', url: '', secrets: [], headers: {} });
    expect(chat.telegram).toEqual({ chatId: '42', sealedToken: seal(TOKEN) });
  });

  it.each([
    ['42', 1],
    ['@herald_news', 1],
    ['-1001234567890', 0.33],
  ])('of the chat %s gets what Telegram takes of it, %d a second, unless told otherwise', (chat_id, rate) => {
    expect(chatOf({ kind: 'telegram', chat_id }).rateLimitPerSecond).toBe(rate);
    const asked = { kind: 'telegram', chat_id, rate_limit_per_second: null };
    expect(chatOf(asked).rateLimitPerSecond).toBeUndefined();
  });

  it.each([
    [{ chat_id: '-7' }, { chatId: '-7', sealedToken: seal(TOKEN) }],
    [{ token: `1:${'b'.repeat(35)}` }, { chatId: '42', sealedToken: seal(`1:${'b'.repeat(35)}`) }],
    [{ token: null }, { chatId: '42', sealedToken: undefined }],
    [{ name: 'b' }, { chatId: '42', sealedToken: seal(TOKEN) }],
  ])('after a patch of %j writes there, by that bot', (patch, telegram) => {
    expect(patched(patch, chat).telegram).toEqual(telegram);
  });

  it('that moves to a group gets the pace of a group, unless its owner chose one', () => {
    expect(patched({ chat_id: '-7' }, chat).rateLimitPerSecond).toBe(0.33);
    expect(patched({ chat_id: '-7', rate_limit_per_second: 1 }, chat).rateLimitPerSecond).toBe(1);
    const chosen = patched({ rate_limit_per_second: 0.1 }, chat);
    expect(patched({ chat_id: '-7' }, chosen).rateLimitPerSecond).toBe(0.1);
  });

  it.each(['0', '-', '12a', '@ab', '@1abc', 'herald', '', '9'.repeat(17), 42])('is not %j', (chat_id) => {
    expect(newEndpoint.safeParse({ kind: 'telegram', project_id: 'p', chat_id }).success).toBe(false);
  });

  it.each(['1:a/../../x', `1:${'a'.repeat(34)}?`, 'nonsense', ''])('has no token %j', (token) => {
    const parsed = newEndpoint.safeParse({ kind: 'telegram', project_id: 'p', chat_id: '1', token });
    expect(parsed.success).toBe(false);
  });
});

describe('an endpoint of Slack', () => {
  const url = 'https://hooks.slack.com/services/T000/B000/XXXX';
  const slack = chatOf({ kind: 'slack', url });

  it('shows where it goes to without its path, which is sealed', () => {
    expect(slack).toMatchObject({ url: 'https://hooks.slack.com/[redacted]', rateLimitPerSecond: 1 });
    expect(slack.slack).toEqual({ sealedUrl: seal(url) });
  });

  it('goes where a patch says, and stays where it was where the patch says nothing', () => {
    const moved = patched({ url: 'https://hooks.example.com/x' }, slack);
    expect(moved).toMatchObject({ url: 'https://hooks.example.com/[redacted]' });
    expect(moved.slack).toEqual({ sealedUrl: seal('https://hooks.example.com/x') });
    expect(patched({ name: 'b' }, slack)).toMatchObject({ url: slack.url, slack: slack.slack });
  });
});
