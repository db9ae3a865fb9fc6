import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
  /** With the real host and port, without a slash at the end. */
  readonly url: string;
  /** Takes no new connection; resolves when the requests under way are answered. Idle connections are closed. */
  close(): Promise<void>;
}

/** Resolves when it listens; rejects when the address is taken or not ours. Port 0 takes any free one. */
export async function listen(
  handler: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<HttpServer> {
  const server = createServer(handler);
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: realPort, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${realPort}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
