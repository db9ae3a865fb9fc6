import { createPublicKey, randomBytes, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { generateSecret, parseSecret, publicJwk, publicKeyText } from './secret.ts';
import { type Signer, signatureField } from './sign.ts';

/** The published vectors of Standard Webhooks. */
const SHARED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PRIVATE =
  'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: Buffer.from('{"test": 2432232314}'),
};
const SHARED_SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const PRIVATE_SIGNATURE =
  'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';

const NOW_MS = 1_700_000_000_000;

function signer(text: string, expiresAtMs?: number): Signer {
  const parsed = parseSecret(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return { scheme: parsed.scheme, key: parsed.key, expiresAtMs };
}

describe('signing', () => {
  it('gives the published HMAC signature', () => {
    expect(signatureField([signer(SHARED)], VECTOR, NOW_MS)).toBe(SHARED_SIGNATURE);
  });

  it('gives the published Ed25519 signature', () => {
    expect(signatureField([signer(PRIVATE)], VECTOR, NOW_MS)).toBe(PRIVATE_SIGNATURE);
  });

  it('signs with every secret during a rotation, in their order', () => {
    expect(signatureField([signer(PRIVATE), signer(SHARED, NOW_MS + 1)], VECTOR, NOW_MS)).toBe(
      `${PRIVATE_SIGNATURE} ${SHARED_SIGNATURE}`,
    );
  });

  it('stops signing with a secret at the moment it expires', () => {
    expect(signatureField([signer(PRIVATE), signer(SHARED, NOW_MS)], VECTOR, NOW_MS)).toBe(PRIVATE_SIGNATURE);
    expect(signatureField([signer(SHARED, NOW_MS)], VECTOR, NOW_MS)).toBeUndefined();
  });

  it('a receiver with the old or the new secret accepts any message during a rotation', () => {
    const old = generateSecret('v1', randomBytes);
    const current = generateSecret('v1', randomBytes);
    const signers = [signer(current), signer(old)];
    fc.assert(
      fc.property(fc.json(), (json) => {
        const timestampSeconds = Math.floor(Date.now() / 1_000);
        const body = Buffer.from(json);
        const headers = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signatureField(
            signers,
            { id: 'msg_1', timestampSeconds, body },
            NOW_MS,
          ) as string,
        };
        for (const secret of [old, current]) {
          expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(json));
        }
      }),
    );
  });

  it('a receiver with another secret does not accept', () => {
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signatureField(
        [signer(SHARED)],
        { id: 'msg_1', timestampSeconds, body: VECTOR.body },
        NOW_MS,
      ) as string,
    };
    const other = new Webhook(generateSecret('v1', randomBytes));
    expect(() => other.verify(VECTOR.body, headers)).toThrow();
  });
});

describe('secrets', () => {
  it('a generated secret of either scheme reads back as its scheme, with 256 random bits', () => {
    const asked: number[] = [];
    const random = (bytes: number) => {
      asked.push(bytes);
      return randomBytes(bytes);
    };
    expect(parseSecret(generateSecret('v1', random))).toMatchObject({ kind: 'secret', scheme: 'v1' });
    expect(parseSecret(generateSecret('v1a', random))).toMatchObject({ kind: 'secret', scheme: 'v1a' });
    expect(asked).toEqual([32, 32]);
  });

  it('the public key verifies what the private key signed', () => {
    const key = signer(PRIVATE).key;
    const publicText = publicKeyText(key);
    expect(publicText).toBe(
      `whpk_${Buffer.from(PRIVATE.slice(5), 'base64').subarray(32).toString('base64')}`,
    );
    const jwk = publicJwk(key, 'sec_1');
    expect(jwk).toMatchObject({ kid: 'sec_1', use: 'sig', alg: 'EdDSA' });
    expect(jwk).not.toHaveProperty('d');
    const publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const signature = Buffer.from(PRIVATE_SIGNATURE.slice(4), 'base64');
    const content = `${VECTOR.id}.${VECTOR.timestampSeconds}.${VECTOR.body}`;
    expect(verify(null, Buffer.from(content), publicKey, signature)).toBe(true);
  });

  it.each([
    ['', 'prefix'],
    [SHARED.slice(6), 'prefix'],
    ['WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'prefix'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*', 'base64'],
    ['whsec_MfKQ9r8G KYqrTwjUPD8ILPZIo2LaLaSw', 'base64'],
    [`whsec_${randomBytes(24).toString('base64')}\n`, 'base64'],
    ['whsec_', 'length'],
    [`whsec_${randomBytes(23).toString('base64')}`, 'length'],
    [`whsec_${randomBytes(65).toString('base64')}`, 'length'],
    [`whsk_${randomBytes(32).toString('base64')}`, 'length'],
    [`whsk_${randomBytes(64).toString('base64')}`, 'key_mismatch'],
  ])('%j is refused for its %s, without being repeated', (text, problem) => {
    const parsed = parseSecret(text);
    expect(parsed).toMatchObject({ kind: 'invalid', problem });
    const tail = text.slice(6);
    if (tail && parsed.kind === 'invalid') expect(parsed.message).not.toContain(tail);
  });

  it('base64 without its padding is the same secret', () => {
    const bytes = randomBytes(32);
    const parsed = parseSecret(`whsec_${bytes.toString('base64').replace(/=+$/, '')}`);
    expect(parsed.kind === 'secret' && parsed.key.export()).toEqual(bytes);
  });
});
