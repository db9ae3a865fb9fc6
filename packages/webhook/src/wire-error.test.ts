import { describe, expect, it } from 'vitest';
import { GuardError } from './guard.ts';
import { nameWireError } from './wire-error.ts';

function errorWith(code: string, message = 'it went wrong'): Error {
  return Object.assign(new Error(message), { code });
}

describe('an error of the wire', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EMFILE', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls'],
    ['EPROTO', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
    ['UND_ERR_HEADERS_OVERFLOW', 'headers_too_large'],
    ['UND_ERR_INVALID_ARG', 'invalid_request'],
    ['SOMETHING_NEW', 'protocol'],
  ])('%s is %s, its code in the message', (code, error) => {
    expect(nameWireError(errorWith(code))).toEqual({ error, message: `it went wrong (${code})` });
  });

  it('names what the guard refused as the guard does', () => {
    expect(nameWireError(new GuardError('blocked_address', 'x is private'))).toEqual({
      error: 'blocked_address',
      message: 'x is private',
    });
    expect(nameWireError(new GuardError('dns', 'no such name')).error).toBe('dns');
  });

  it('of several addresses, one that answered says more than one without a route, in any order', () => {
    const errors = [errorWith('ENETUNREACH'), errorWith('ECONNREFUSED')];
    expect(nameWireError(new AggregateError(errors)).error).toBe('refused');
    expect(nameWireError(new AggregateError(errors.toReversed())).error).toBe('refused');
    expect(nameWireError(new AggregateError([errorWith('ENETUNREACH')])).error).toBe('unreachable');
    expect(nameWireError(new AggregateError([], 'nothing tried')).message).toBe('nothing tried');
  });

  it('a message that a server had a hand in stays short', () => {
    expect(nameWireError(errorWith('ERR_TLS_CERT_ALTNAME_INVALID', 'x'.repeat(10_000))).message).toHaveLength(
      500,
    );
  });
});
