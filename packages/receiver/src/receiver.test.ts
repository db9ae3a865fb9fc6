import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createReceiver, type HeaderFields } from './receiver.ts';

/** The published vectors of Standard Webhooks. */
const SHARED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SEED_AND_PUBLIC = Buffer.from(
  '6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  'base64',
);
const VECTOR_BODY = '{"test": 2432232314}';
const VECTOR_SECONDS = 1_614_265_330;
const vector = (signature: string) => ({
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(VECTOR_SECONDS),
  'webhook-signature': signature,
});
const SHARED_SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const KEY_SIGNATURE =
  'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';

const now = () => VECTOR_SECONDS * 1_000;
const publicOf = (seedAndPublic: Buffer) => `whpk_${seedAndPublic.subarray(32).toString('base64')}`;

function receive(
  headers: HeaderFields,
  body: string | Uint8Array = VECTOR_BODY,
  secrets: string | string[] = SHARED,
) {
  return createReceiver({ secrets, now }).receive(headers, body);
}

describe('a message is received', () => {
  it('with the published HMAC signature', () => {
    expect(receive(vector(SHARED_SIGNATURE))).toMatchObject({
      ok: true,
      message: { test: 2432232314 },
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      sentAt: new Date(now()),
      attempt: undefined,
      cause: undefined,
    });
  });

  it('with the published Ed25519 signature', () => {
    expect(receive(vector(KEY_SIGNATURE), VECTOR_BODY, publicOf(SEED_AND_PUBLIC))).toMatchObject({
      ok: true,
    });
  });

  it('with either secret while one is rotated out, on both sides', () => {
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    expect(receive(vector(`v1,AAAA ${SHARED_SIGNATURE}`), VECTOR_BODY, [other, SHARED]).ok).toBe(true);
    expect(receive(vector(SHARED_SIGNATURE), VECTOR_BODY, other).ok).toBe(false);
  });

  it('whatever has its header fields: Node, Fetch, and names what the attempt is', () => {
    const fields = { ...vector(SHARED_SIGNATURE), 'herald-attempt': '3', 'herald-cause': 'replay:r1' };
    const expected = { ok: true, attempt: 3, cause: 'replay:r1' };
    expect(receive({ ...fields, 'herald-attempt': 'x' })).toMatchObject({ ok: true, attempt: undefined });
    expect(receive(fields)).toMatchObject(expected);
    expect(receive(new Headers(fields))).toMatchObject(expected);
    expect(receive(fields, Buffer.from(VECTOR_BODY))).toMatchObject(expected);
  });

  it('as the sender of the reference library signs it, whatever the body', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (json, bytes) => {
        const body = JSON.stringify({ json });
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`;
        const signature = new Webhook(secret).sign('msg_1', new Date(now()), body);
        const headers = { ...vector(signature), 'webhook-id': 'msg_1' };
        expect(receive(headers, body, secret)).toMatchObject({ ok: true, message: { json } });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a message is refused', () => {
  const reasonOf = (...given: Parameters<typeof receive>) => {
    const received = receive(...given);
    return received.ok ? 'none' : received.reason;
  };

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s, which it names', (name) => {
    const received = receive({ ...vector(SHARED_SIGNATURE), [name]: undefined });
    expect(received).toMatchObject({ ok: false, status: 400, detail: expect.stringContaining(name) });
  });

  it('when it is older or newer than the tolerance, so that an old one cannot be sent again', () => {
    const at = (seconds: number) => ({ ...vector(SHARED_SIGNATURE), 'webhook-timestamp': String(seconds) });
    expect(reasonOf(at(VECTOR_SECONDS - 301))).toBe('too_old');
    expect(reasonOf(at(VECTOR_SECONDS + 301))).toBe('too_new');
    expect(reasonOf({ ...vector(SHARED_SIGNATURE), 'webhook-timestamp': '1e9' })).toBe('malformed_timestamp');
    const patient = createReceiver({ secrets: SHARED, toleranceSeconds: 600, now: () => now() + 599_000 });
    expect(patient.receive(vector(SHARED_SIGNATURE), VECTOR_BODY).ok).toBe(true);
  });

  it('when one byte of id, time, body or signature is another', () => {
    const headers = vector(SHARED_SIGNATURE);
    expect(reasonOf({ ...headers, 'webhook-id': 'msg_q' })).toBe('wrong_signature');
    expect(reasonOf({ ...headers, 'webhook-timestamp': String(VECTOR_SECONDS + 1) })).toBe('wrong_signature');
    expect(reasonOf(headers, `${VECTOR_BODY} `)).toBe('wrong_signature');
    expect(reasonOf(vector(SHARED_SIGNATURE.replace('g0h', 'g0i')))).toBe('wrong_signature');
    expect(receive(headers, `${VECTOR_BODY} `)).toMatchObject({ status: 401 });
  });

  it('when the signature is of another scheme than the key, or is no signature at all', () => {
    expect(reasonOf(vector(SHARED_SIGNATURE.replace('v1,', 'v1a,')))).toBe('wrong_signature');
    for (const field of ['v1', ',', 'v1,', 'v2,AAAA', ' ', 'v1,'.repeat(4_000)]) {
      expect(reasonOf(vector(field))).toBe('wrong_signature');
    }
  });

  it('when it is signed but no JSON', () => {
    const signature = new Webhook(SHARED).sign('msg_1', new Date(now()), 'hello');
    expect(reasonOf({ ...vector(signature), 'webhook-id': 'msg_1' }, 'hello')).toBe('not_json');
  });

  it('whatever is sent: never an exception', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.uint8Array(), (id, time, signature, body) => {
        const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
        expect(receive(headers, body).ok).toBe(false);
      }),
    );
  });
});

describe('a key that cannot verify is refused at the start, without being repeated', () => {
  const hidden = 'c2VjcmV0IQ';
  it.each([
    [`whsk_${hidden}`, 'private key'],
    [`whsec_${hidden}`, '24 to 64 bytes'],
    [`whsec_${hidden}*`, 'not base64'],
    [`whpk_${hidden}`, '32 bytes'],
    [hidden, 'whsec_'],
  ])('%s', (secret, why) => {
    const create = () => createReceiver({ secrets: secret });
    expect(create).toThrow(why);
    expect(create).not.toThrow(hidden);
  });

  it('none at all, as where a variable is not set', () => {
    const unset = undefined as unknown as string;
    expect(() => createReceiver({ secrets: [] })).toThrow('at least one');
    expect(() => createReceiver({ secrets: unset })).toThrow('at least one');
    expect(() => createReceiver({ secrets: [SHARED, unset] })).toThrow('A secret is missing');
  });

  it('nor is a tolerance taken that would tolerate everything', () => {
    for (const toleranceSeconds of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(() => createReceiver({ secrets: SHARED, toleranceSeconds })).toThrow('toleranceSeconds');
    }
  });

  it('and a body that was parsed is named as the mistake', () => {
    const parsed = { type: 'publication.published' } as unknown as string;
    expect(() => receive(vector(SHARED_SIGNATURE), parsed)).toThrow('before a parser of bodies');
  });
});

describe('a key that Herald makes', () => {
  it('verifies what its private half has signed', () => {
    const seed = SEED_AND_PUBLIC.subarray(0, 32);
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const content = Buffer.from(`msg_2.${VECTOR_SECONDS}.{}`);
    const headers = {
      ...vector(`v1a,${sign(null, content, key).toString('base64')}`),
      'webhook-id': 'msg_2',
    };
    expect(receive(headers, '{}', publicOf(SEED_AND_PUBLIC)).ok).toBe(true);
    expect(receive(headers, '{ }', publicOf(SEED_AND_PUBLIC)).ok).toBe(false);
  });
});
