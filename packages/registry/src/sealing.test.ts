import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealing } from './sealing.ts';

const key = (): string => randomBytes(32).toString('base64');
const k1 = `k1:${key()}`;
const k2 = `k2:${key()}`;
const owner = { accountId: 'account-1', id: 'endpoint-1' };

describe('sealing', () => {
  it('opens for its owner what it sealed, and seals the same secret differently each time', () => {
    const sealing = createSealing(k1);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (secret, accountId, id) => {
        const sealed = sealing.seal(secret, { accountId, id });
        expect(sealing.open(sealed, { accountId, id })).toEqual({ ok: true, secret });
        expect(sealing.seal(secret, { accountId, id })).not.toEqual(sealed);
      }),
    );
  });

  it('does not show the secret in the envelope', () => {
    const sealed = createSealing(k1).seal('whsec_plain', owner);
    expect(Buffer.from(sealed).includes('whsec_plain')).toBe(false);
  });

  it.each([
    ['another endpoint', { ...owner, id: 'endpoint-2' }],
    ['another account', { ...owner, accountId: 'account-2' }],
    ['ids cut at another place', { accountId: 'account-1","endpoint', id: '-1' }],
  ])('does not open for %s', (_, other) => {
    const sealing = createSealing(k1);
    expect(sealing.open(sealing.seal('secret', owner), other)).toMatchObject({
      ok: false,
      reason: 'not_authentic',
    });
  });

  it('opens no envelope of which any bit was changed or any byte cut off', () => {
    const sealing = createSealing(`${k1},${k2}`);
    const sealed = sealing.seal('whsec_secret', owner);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const tampered = Uint8Array.from(sealed);
      tampered[bit >> 3]! ^= 1 << (bit & 7);
      expect(sealing.open(tampered, owner).ok).toBe(false);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(sealing.open(sealed.subarray(0, length), owner).ok).toBe(false);
    }
  });

  it('answers to any bytes whatever with a reason, never with an exception', () => {
    const sealing = createSealing(k1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(sealing.open(bytes, owner).ok).toBe(false);
      }),
    );
  });

  it('goes on opening what the old key sealed once a new key is in front', () => {
    const old = createSealing(k1).seal('secret', owner);
    const ring = createSealing(`${k2}, ${k1}`);
    expect(ring.open(old, owner)).toEqual({ ok: true, secret: 'secret' });
    expect(createSealing(k1).open(ring.seal('secret', owner), owner)).toMatchObject({
      reason: 'unknown_key',
      detail: 'sealed with key "k2", the ring has k1',
    });
  });

  it('is good for the purpose that it was sealed for, and for no other and no endpoint', () => {
    const sealing = createSealing(k1);
    const session = sealing.seal('who asks', { purpose: 'session' });
    expect(sealing.open(session, { purpose: 'session' })).toEqual({ ok: true, secret: 'who asks' });
    expect(sealing.open(session, { purpose: 'other' })).toMatchObject({ reason: 'not_authentic' });
    expect(sealing.open(session, owner)).toMatchObject({ reason: 'not_authentic' });
    expect(sealing.open(sealing.seal('secret', owner), { purpose: 'session' }).ok).toBe(false);
  });

  it('does not open by a key of the same id and other bytes', () => {
    const sealed = createSealing(k1).seal('secret', owner);
    expect(createSealing(`k1:${key()}`).open(sealed, owner)).toMatchObject({ reason: 'not_authentic' });
  });

  it.each([
    ['no id', key()],
    ['a short key', `k1:${randomBytes(16).toString('base64')}`],
    ['an empty item', `${k1},`],
    ['nothing', ''],
  ])('refuses a key ring with %s and shows no key material', (_, ring) => {
    expect(() => createSealing(ring)).toThrow(/Item \d of the sealing keys is not <id>:<base64 of 32 bytes>/);
    try {
      createSealing(ring);
    } catch (error) {
      for (const part of ring.split(/[:,]/).filter((text) => text.length > 8)) {
        expect((error as Error).message).not.toContain(part);
      }
    }
  });

  it('refuses two keys of one id: which one seals would be a guess', () => {
    expect(() => createSealing(`${k1},k1:${key()}`)).toThrow('two keys with the id k1');
  });
});
