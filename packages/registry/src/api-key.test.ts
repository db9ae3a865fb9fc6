import { describe, expect, it } from 'vitest';
import { type ApiKey, apiKeyRecordOf, infoOf, makeApiKey, parseApiKey, verifyApiKey } from './api-key.ts';

const asked = { accountId: 'account-1', name: 'CI', role: 'write' } as const;

function verified(text: string, key: ApiKey, nowMs = 1_000) {
  return verifyApiKey(text, (keyId) => (keyId === key.keyId ? key : undefined), nowMs);
}

describe('an API key', () => {
  it('opens its account with its role', () => {
    const { text, key } = makeApiKey(asked, 0);
    expect(verified(text, key)).toEqual({
      ok: true,
      accountId: 'account-1',
      role: 'write',
      keyId: key.keyId,
    });
  });

  it('opens nothing with any one character changed', () => {
    const { text, key } = makeApiKey(asked, 0);
    for (let index = 0; index < text.length; index++) {
      const changed = text.slice(0, index) + (text[index] === 'a' ? 'b' : 'a') + text.slice(index + 1);
      expect(verified(changed, key).ok).toBe(false);
    }
  });

  it.each([
    ['', 'malformed'],
    ['hk_', 'malformed'],
    ['hk_0123456789abcdef_short', 'malformed'],
    [`hk_0123456789abcdef_${'A'.repeat(43)}`, 'unknown'],
    [`sk_0123456789abcdef_${'A'.repeat(43)}`, 'malformed'],
    [`hk_0123456789abcdef_${'A'.repeat(43)}\n`, 'malformed'],
  ])('is not %j', (text, reason) => {
    const { key } = makeApiKey(asked, 0);
    expect(verified(text, key)).toEqual({ ok: false, reason });
  });

  it('opens until it expires and no longer', () => {
    const { text, key } = makeApiKey({ ...asked, expiresAtMs: 5_000 }, 0);
    expect(verified(text, key, 4_999).ok).toBe(true);
    expect(verified(text, key, 5_000)).toEqual({ ok: false, reason: 'expired' });
  });

  it('opens nothing once it is revoked, and says so to its holder only', () => {
    const { text, key } = makeApiKey(asked, 0);
    const revoked = { ...key, revokedAtMs: 10 };
    expect(verified(text, revoked)).toEqual({ ok: false, reason: 'revoked' });
    const guess = `hk_${key.keyId}_${'A'.repeat(43)}`;
    expect(verified(guess, revoked)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('cannot be had from its record nor from what is shown of it', () => {
    const { text, key } = makeApiKey(asked, 0);
    const secret = text.split('_').slice(2).join('_');
    const shown = JSON.stringify([infoOf(key), apiKeyRecordOf(key)]);
    expect(shown).not.toContain(secret);
    expect(infoOf(key)).not.toHaveProperty('secretHash');
    expect(infoOf(key).prefix).toBe(text.slice(0, 19));
  });

  it('on record means what it meant when it was written', () => {
    const { key } = makeApiKey({ ...asked, expiresAtMs: 5 }, 0);
    expect(parseApiKey(apiKeyRecordOf(key))).toEqual({
      ok: true,
      value: { ...key, secretHash: Uint8Array.from(key.secretHash) },
    });
  });

  it('with a role of a newer version, or a hash of another length, opens nothing', () => {
    const record = apiKeyRecordOf(makeApiKey(asked, 0).key);
    expect(parseApiKey({ ...record, role: 'UNKNOWN' }).ok).toBe(false);
    expect(parseApiKey({ ...record, secret_hash: Buffer.alloc(5) }).ok).toBe(false);
  });
});
