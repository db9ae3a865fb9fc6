import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** What a message's signature is worth: only `verified` proves that Herald sent it. */
export type Signature = { kind: 'verified' } | { kind: 'unchecked' } | { kind: 'refused'; detail: string };

export interface Arrival {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  signature: Signature;
  status: number;
}

export interface ListenerOptions {
  host: string;
  port: number;
  /** `whsec_…`; without one nothing is checked. */
  secret: string | undefined;
  /** The status for an arrival whose signature is not refused. */
  statusFor(arrival: Omit<Arrival, 'status'>): number;
  delayMs: number;
  onArrival(arrival: Arrival): void;
}

export interface Listener {
  url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** A receiver of webhooks. What is not signed as it should be is answered 401. */
export async function listenForWebhooks(options: ListenerOptions): Promise<Listener> {
  const { host, port } = options;
  const server = createServer((request, response) => {
    receive(request, response, options).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: realPort } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${realPort}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { secret, statusFor, delayMs, onArrival }: ListenerOptions,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return void response.writeHead(413).end();
  const { method = '', url: path = '', headers } = request;
  const seen = { method, path, headers, body, signature: check(secret, body, headers) };
  const status = seen.signature.kind === 'refused' ? 401 : statusFor(seen);
  onArrival({ ...seen, status });
  if (delayMs > 0) await sleep(delayMs);
  response.writeHead(status).end();
}

function check(secret: string | undefined, body: string, headers: IncomingHttpHeaders): Signature {
  if (secret === undefined) return { kind: 'unchecked' };
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>, { jsonParse: false });
    return { kind: 'verified' };
  } catch (error) {
    return { kind: 'refused', detail: (error as Error).message };
  }
}

/** Undefined for a body over the bound. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
