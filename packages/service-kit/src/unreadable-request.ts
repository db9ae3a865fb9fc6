import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from './problem.ts';

/** What Node's parser says of a request that no handler sees. */
export function unreadable(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        code: 'headers_too_large',
        title: 'The head of the request is too large',
        detail: 'The URL and the header fields take more than 16 KiB. Send less in them.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        code: 'request_timeout',
        title: 'The request did not come in time',
        detail: 'Its last byte was not here in time. Send it again, faster or in parts.',
      };
    default:
      return {
        status: 400,
        code: 'malformed_request',
        title: 'The request is not HTTP',
        detail: `It cannot be read (${code ?? 'for a reason that is not known'}). Send HTTP/1.1.`,
      };
  }
}

/** Answers as any other problem is answered, and ends the connection: what follows on it has no meaning. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, ...members } = unreadable(error.code);
  const body = JSON.stringify({ type: `urn:herald:problem:${code}`, ...members });
  const head = [
    `HTTP/1.1 ${members.status} ${STATUS_CODES[members.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
