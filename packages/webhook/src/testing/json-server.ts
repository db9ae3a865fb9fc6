import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: string;
}

/** A POST server on loopback. */
export interface JsonServer {
  /** Without a path. */
  url: string;
  close(): Promise<void>;
}

export async function serveJson(answer: (path: string, body: string) => ServedAnswer): Promise<JsonServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, headers, body } = answer(request.url ?? '/', Buffer.concat(chunks).toString());
    response.writeHead(status, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
