import { describe, expect, it } from 'vitest';
import { customHeaderProblem, MAX_CUSTOM_HEADER_VALUE_CHARS } from './custom-headers.ts';

describe('a header field of an endpoint', () => {
  it.each([
    ['authorization', 'Bearer a.b-c_d=='],
    ['x-api-key', 'k'],
    ['x-team', 'social media'],
    ['x-long', 'a'.repeat(MAX_CUSTOM_HEADER_VALUE_CHARS)],
  ])('%s may be set', (name, value) => {
    expect(customHeaderProblem(name, value)).toBeUndefined();
  });

  it.each([
    'accept-encoding',
    'content-encoding',
    'content-range',
    'cookie',
    'date',
    'forwarded',
    'http2-settings',
    'keep-alive',
    'te',
    'trailer',
    'tracestate',
    'upgrade',
    'via',
    'webhook-timestamp',
    'herald-attempt',
    'proxy-connection',
    'x-forwarded-host',
    'host',
    'content-length',
    'content-type',
    'transfer-encoding',
    'connection',
    'expect',
    'user-agent',
    'traceparent',
    'webhook-id',
    'webhook-signature',
    'herald-cause',
    'proxy-authorization',
    'x-forwarded-for',
  ])('%s is reserved', (name) => {
    expect(customHeaderProblem(name, 'value')).toContain(name);
  });

  it.each([
    ['', 'value'],
    ['X-Team', 'value'],
    ['x team', 'value'],
    ['x:team', 'value'],
    ['x\r\ny', 'value'],
    ['x-ä', 'value'],
    ['x-team', ''],
    ['x-team', ' padded'],
    ['x-team', 'padded\t'],
    ['x-team', 'a\r\nwebhook-id: forged'],
    ['x-team', 'a\0b'],
    ['x-team', 'ünïcode'],
    ['x-team', 'a'.repeat(MAX_CUSTOM_HEADER_VALUE_CHARS + 1)],
  ])('%j: %j is refused with a reason', (name, value) => {
    expect(customHeaderProblem(name, value)).toEqual(expect.any(String));
  });
});
