import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseUnreadable } from './unreadable-request.ts';

export interface HttpServer {
  /** With the real host and port, without a slash at the end. */
  readonly url: string;
  /** Takes no new connection; resolves when the requests under way are answered. Idle connections are closed. */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** From a request's first byte to its last, default 30,000: a client that drips holds memory no longer. */
  requestTimeoutMs?: number;
}

/** Resolves when it listens; rejects when the address is taken or not ours. */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<HttpServer> {
  const { host, port, requestTimeoutMs = 30_000 } = options;
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs });
  let closing = false;
  server.on('request', (request, response) => {
    // Node would wait out the keep-alive of a connection that was busy when the close began.
    response.once('close', () => closing && setImmediate(() => server.closeIdleConnections()));
    handler(request, response);
  });
  server.on('clientError', refuseUnreadable);
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: realPort, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${realPort}`,
    async close() {
      const closed = once(server, 'close');
      closing = true;
      server.close();
      await closed;
    },
  };
}
