import type { WireError } from '@herald/domain/outcome';
import { GuardError } from './guard.ts';

const MAX_MESSAGE_CHARS = 500;

const BY_CODE: Readonly<Record<string, WireError>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  HPE_INVALID_EOF_STATE: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EMFILE: 'unreachable',
  ENFILE: 'unreachable',
  UND_ERR_HEADERS_OVERFLOW: 'headers_too_large',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  UND_ERR_INVALID_ARG: 'invalid_request',
  UND_ERR_NOT_SUPPORTED: 'invalid_request',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  EPROTO: 'tls',
};

/** Node's names for a certificate or handshake that failed (its X509 and OpenSSL error codes). */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERROR_IN_C|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

export interface NamedWireError {
  error: WireError;
  message: string;
}

/**
 * The name of what Node or undici reported about a request. What is not known by name is `protocol`: it came from the
 * exchange with the server, and its code is in the message.
 */
export function nameWireError(thrown: Error): NamedWireError {
  const cause = decisiveOf(thrown);
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return { error: nameOf(cause, code), message: messageOf(cause, code) };
}

function nameOf(cause: Error, code: string): WireError {
  if (cause instanceof GuardError) return cause.wireError;
  // undici has one code for a connection that ended and for a response that makes no sense.
  if (code === 'UND_ERR_SOCKET' && cause.message.startsWith('bad ')) return 'protocol';
  return BY_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : 'protocol');
}

/** Of several addresses that all failed, an answer from a machine says more than a missing route (no IPv6 here). */
function decisiveOf(thrown: Error): Error {
  if (!(thrown instanceof AggregateError)) return thrown;
  const errors = thrown.errors as NodeJS.ErrnoException[];
  return errors.find((error) => BY_CODE[error.code ?? ''] !== 'unreachable') ?? errors[0] ?? thrown;
}

function messageOf(cause: Error, code: string): string {
  const text = cause.message.includes(code) ? cause.message : `${cause.message} (${code})`;
  return text.slice(0, MAX_MESSAGE_CHARS);
}
