import { createPublicKey } from 'node:crypto';
import { generateSecret } from '@herald/webhook/secret';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

let api: RunningApi;
let owner: Client;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client();
});

afterAll(() => api.stop());

async function endpointWith(over: object = {}) {
  const { body } = await owner.send('POST', '/v1/endpoints', {
    project_id: 'proj_1',
    url: 'http://127.0.0.1:9/hook',
    ...over,
  });
  const path = `/v1/endpoints/${body.endpoint_id}`;
  return { body, path, rotate: (asked?: object) => owner.send('POST', `${path}/rotate-secret`, asked) };
}

describe('rotating a secret', () => {
  it('without a word gives a new one of the same scheme, for a day beside the old', async () => {
    const { body, path, rotate } = await endpointWith({ signing_scheme: 'v1a' });
    const rotated = await rotate();
    expect(rotated.status, JSON.stringify(rotated.body)).toBe(200);
    expect(rotated.headers.get('cache-control')).toBe('no-store');
    expect(rotated.body.secret).toMatch(/^whsk_/);
    expect(rotated.body.secret).not.toBe(body.secret);
    expect(rotated.body.public_key).toMatch(/^whpk_/);
    const [current, before] = rotated.body.secrets;
    expect(current).toMatchObject({ scheme: 'v1a', expires_at: null });
    expect(before.secret_id).toBe(body.secrets[0].secret_id);
    expect(Date.parse(before.expires_at) - Date.parse(current.created_at)).toBe(24 * 60 * 60 * 1_000);
    const shown = await owner.get(path);
    expect(shown.body.secrets).toEqual(rotated.body.secrets);
    expect(JSON.stringify(shown.body)).not.toContain(rotated.body.secret);
    expect(api.logged()).not.toContain(rotated.body.secret);
    expect(rotated.headers.get('etag')).toBe(shown.headers.get('etag'));
  });

  it('takes over a secret of its owner, in the scheme that the secret tells', async () => {
    const { rotate } = await endpointWith();
    const secret = generateSecret('v1a', (bytes) => Buffer.alloc(bytes, 7));
    const rotated = await rotate({ secret, overlap_seconds: 0 });
    expect(rotated.body).toMatchObject({ secret, secrets: [{ scheme: 'v1a', expires_at: null }] });
  });

  it('stops at five that sign, and a rotation without overlap ends all of them', async () => {
    const { rotate } = await endpointWith();
    for (let n = 0; n < 4; n++) expect((await rotate({})).status).toBe(200);
    expect(await rotate({})).toMatchObject({
      status: 409,
      body: { type: 'urn:herald:problem:too_many_secrets', max_secrets: 5 },
    });
    expect((await rotate({ overlap_seconds: 0 })).body.secrets).toHaveLength(1);
    expect((await rotate({})).body.secrets).toHaveLength(2);
  });

  it.each([
    [{ overlap_seconds: -1 }, 'overlap_seconds'],
    [{ overlap_seconds: 604_801 }, 'overlap_seconds'],
    [{ overlap_seconds: 1.5 }, 'overlap_seconds'],
    [{ secret: 'whsec_short' }, 'secret'],
    [{ signing_scheme: 'v2' }, 'signing_scheme'],
    [{ secret: `whsec_${'A'.repeat(32)}`, signing_scheme: 'v1' }, 'signing_scheme'],
    [{ overlap: 5 }, 'overlap'],
  ])('%j is refused with the field', async (asked, field) => {
    const { rotate } = await endpointWith();
    expect(await rotate(asked)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('is for those who may write, and for endpoints of their own', async () => {
    const { path } = await endpointWith();
    const stranger = await api.client();
    const reader = await api.client('read', owner.accountId);
    expect((await stranger.send('POST', `${path}/rotate-secret`, {})).status).toBe(404);
    expect((await reader.send('POST', `${path}/rotate-secret`, {})).status).toBe(403);
  });
});

describe('the public keys of an endpoint', () => {
  it('are there for anyone, all that sign and nothing else', async () => {
    const { body, path, rotate } = await endpointWith({ signing_scheme: 'v1a' });
    const rotated = await rotate({});
    const response = await fetch(`${api.url}${path}/jwks.json`);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys.map(({ kid }) => kid)).toEqual(
      rotated.body.secrets.map(({ secret_id }: { secret_id: string }) => secret_id),
    );
    const texts = keys.map(({ x }) => `whpk_${Buffer.from(x!, 'base64url').toString('base64')}`);
    expect(texts).toEqual([rotated.body.public_key, body.public_key]);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
      expect(createPublicKey({ key, format: 'jwk' }).asymmetricKeyType).toBe('ed25519');
    }
  });

  it('of an endpoint that has none are as unknown as those of no endpoint', async () => {
    const { path } = await endpointWith();
    for (const at of [path, '/v1/endpoints/ep_nobody']) {
      const response = await fetch(`${api.url}${at}/jwks.json`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: 'urn:herald:problem:not_found' });
    }
  });
});
