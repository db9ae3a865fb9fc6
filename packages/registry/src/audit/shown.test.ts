import type { Endpoint } from '@herald/domain/endpoint';
import { expect, it } from 'vitest';
import { shownApiKey, shownEndpoint } from './shown.ts';

const SECRET = 'do-not-tell';
const bytes = Uint8Array.from(Buffer.from(SECRET));

const endpoint: Endpoint = {
  id: 'ep_1',
  accountId: 'acc_1',
  projectId: 'p1',
  name: 'Orders',
  kind: 'slack',
  url: 'https://hooks.slack.com/',
  telegram: { chatId: '-100', sealedToken: bytes },
  slack: { sealedUrl: bytes },
  format: 'publication',
  subscription: { channelIds: new Set(['c1']), eventTypes: new Set(), filter: undefined },
  state: 'active',
  secrets: [{ secretId: 's1', scheme: 'v1', sealed: bytes, createdAtMs: 0, expiresAtMs: undefined }],
  retrySchedule: ['5s'],
  timeoutMs: 1_000,
  maxConcurrency: 1,
  rateLimitPerSecond: undefined,
  ordering: 'none',
  onDeadHead: 'skip',
  heldSkipBeforeMs: undefined,
  headers: { 'x-b': SECRET, authorization: SECRET },
  createdAtMs: 0,
  updatedAtMs: 0,
};

it('an endpoint is shown by everything but what is secret: of its header fields the names', () => {
  const shown = shownEndpoint(endpoint);
  expect(shown).toMatchObject({
    name: 'Orders',
    header_names: ['authorization', 'x-b'],
    secrets: [{ secret_id: 's1' }],
    telegram: { chat_id: '-100', has_own_bot: true },
    subscription: { channel_ids: ['c1'], event_types: [], filter: null },
  });
  const written = JSON.stringify(shown);
  for (const form of [SECRET, bytes.join(','), Buffer.from(SECRET).toString('base64')]) {
    expect(written).not.toContain(form);
  }
  expect(written).not.toContain('sealed');
});

it('a URL is shown without what may be a credential in it, and a credential that changed is named', () => {
  const before: Endpoint = {
    ...endpoint,
    kind: 'webhook',
    url: `https://h.example/hook?token=${SECRET}`,
    slack: undefined,
    telegram: undefined,
  };
  const after: Endpoint = {
    ...before,
    url: `https://h.example/hook?token=${SECRET}-2`,
    headers: { ...before.headers, 'x-b': `${SECRET}-2` },
  };
  const shown = shownEndpoint(after, before);
  expect(shown).toMatchObject({
    url: 'https://h.example/hook?token=[redacted]',
    credentials_changed: ['url', 'headers'],
  });
  expect(JSON.stringify([shown, shownEndpoint(before)])).not.toContain(SECRET);
  expect(shownEndpoint({ ...before, name: 'B' }, before)).toMatchObject({ credentials_changed: [] });
  const resealed = { ...endpoint, slack: { sealedUrl: Uint8Array.of(1) } };
  expect(shownEndpoint(resealed, endpoint)).toMatchObject({ credentials_changed: ['url'] });
  const [chat, other] = [bytes, Uint8Array.of(1)].map((sealedToken) => ({
    ...endpoint,
    kind: 'telegram' as const,
    telegram: { chatId: '1', sealedToken },
  }));
  expect(shownEndpoint(other!, chat!)).toMatchObject({ credentials_changed: ['token'] });
});

it('an API key is shown without its hash', () => {
  const shown = shownApiKey({
    keyId: 'k1',
    accountId: 'acc_1',
    name: 'CI',
    role: 'write',
    secretHash: bytes,
    createdAtMs: 0,
    expiresAtMs: 1_000,
    revokedAtMs: undefined,
  });
  expect(shown).toEqual({
    name: 'CI',
    role: 'write',
    created_at: '1970-01-01T00:00:00.000Z',
    expires_at: '1970-01-01T00:00:01.000Z',
    revoked_at: null,
  });
});
