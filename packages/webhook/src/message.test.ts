import { randomBytes } from 'node:crypto';
import { webhookId } from '@herald/domain/ids';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { assembleMessage, type MessageParts } from './message.ts';
import { createRedaction, REDACTED } from './redaction.ts';
import { generateSecret, parseSecret } from './secret.ts';

const secret = generateSecret('v1', randomBytes);
const NOW_MS = Date.now();

function parts(changes: { endpoint?: object; delivery?: object; signers?: MessageParts['signers'] } = {}) {
  const parsed = parseSecret(secret);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  const endpoint = {
    id: 'ep_1',
    kind: 'webhook' as const,
    url: 'https://example.com/hook',
    timeoutMs: 15_000,
    headers: {},
    ...changes.endpoint,
  };
  return {
    endpoint,
    recorded: createRedaction()(endpoint),
    delivery: { eventId: 'ev_1', attempts: 0, cause: 'event', traceparent: undefined, ...changes.delivery },
    rendered: { kind: 'rendered', body: Buffer.from('{"a":1}'), contentType: 'application/json' },
    signers: changes.signers ?? [{ scheme: parsed.scheme, key: parsed.key, expiresAtMs: undefined }],
    version: '1.2.3',
    nowMs: NOW_MS,
  } satisfies MessageParts as MessageParts;
}

describe('a message', () => {
  it('is what a receiver with the secret accepts', () => {
    const { request } = assembleMessage(parts());
    expect(new Webhook(secret).verify(request.body, { ...request.headers })).toEqual({ a: 1 });
  });

  it('carries exactly these fields', () => {
    const { request, recordedHeaders } = assembleMessage(
      parts({ delivery: { attempts: 2, cause: 'replay:r1' } }),
    );
    expect(request).toEqual({
      url: 'https://example.com/hook',
      timeoutMs: 15_000,
      body: Buffer.from('{"a":1}'),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Herald/1.2.3',
        'webhook-id': webhookId('ev_1', 'ep_1'),
        'webhook-timestamp': String(Math.floor(NOW_MS / 1_000)),
        'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
        'herald-cause': 'replay:r1',
        'herald-attempt': '3',
      },
    });
    expect(recordedHeaders).toEqual(request.headers);
  });

  it('keeps its webhook-id through attempts and replays, and has another for another endpoint', () => {
    const idOf = (changes: Parameters<typeof parts>[0]) =>
      assembleMessage(parts(changes)).request.headers['webhook-id'];
    const first = idOf({});
    expect(idOf({ delivery: { attempts: 5 } })).toBe(first);
    expect(idOf({ delivery: { cause: 'replay:r1' } })).toBe(first);
    expect(idOf({ endpoint: { id: 'ep_2' } })).not.toBe(first);
    expect(idOf({ delivery: { eventId: 'ev_2' } })).not.toBe(first);
  });

  it('without a secret goes out unsigned rather than with an empty signature', () => {
    expect(assembleMessage(parts({ signers: [] })).request.headers).not.toHaveProperty('webhook-signature');
  });

  it('what the owner added is sent, but never recorded: it may be a credential', () => {
    const headers = { authorization: 'Bearer hunter2', 'x-team': 'social' };
    const { request, recordedHeaders } = assembleMessage(parts({ endpoint: { headers } }));
    expect(request.headers).toMatchObject(headers);
    expect(recordedHeaders).toMatchObject({ authorization: REDACTED, 'x-team': REDACTED });
    expect(recordedHeaders).toMatchObject({ 'webhook-id': request.headers['webhook-id'] });
    expect(JSON.stringify(recordedHeaders)).not.toContain('hunter2');
  });

  it('is sent to the URL as it is, and recorded with one that has no credentials', () => {
    const url = 'https://example.com/hook?token=hunter2';
    const { request, recordedUrl } = assembleMessage(parts({ endpoint: { url } }));
    expect(request.url).toBe(url);
    expect(recordedUrl).toBe(`https://example.com/hook?token=${REDACTED}`);
  });

  it('a reserved field that slipped into the configuration does not reach the request', () => {
    const headers = { 'webhook-id': 'forged', host: 'internal', 'content-length': '0', 'x-team': 'social' };
    const { request } = assembleMessage(parts({ endpoint: { headers } }));
    expect(request.headers).toMatchObject({ 'webhook-id': webhookId('ev_1', 'ep_1'), 'x-team': 'social' });
    expect(request.headers).not.toHaveProperty('host');
    expect(request.headers).not.toHaveProperty('content-length');
  });

  it('passes a trace on, and leaves out what is none: a producer cannot break a delivery with it', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(assembleMessage(parts({ delivery: { traceparent } })).request.headers).toMatchObject({
      traceparent,
    });
    for (const wrong of ['', 'x\r\ny', `${traceparent}-more`]) {
      const { request } = assembleMessage(parts({ delivery: { traceparent: wrong } }));
      expect(request.headers).not.toHaveProperty('traceparent');
    }
  });
});
