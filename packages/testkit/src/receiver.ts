import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Behaviour, healthy } from './behaviour.ts';

/** One request as it arrived. */
export interface Received {
  path: string;
  webhookId: string;
  /** The `herald-attempt` field, as the sender counts; 0 where it is absent. */
  attempt: number;
  /** How often this message has been seen here, this time included; from 1. */
  sighting: number;
  headers: IncomingHttpHeaders;
  body: string;
  arrivedAtMs: number;
  /** What was answered; undefined while it is not, or when the sender left before. */
  status: number | undefined;
  /** When the answer was sent, or the sender left; undefined while the request is open. */
  endedAtMs: number | undefined;
}

export interface ReceiverOptions {
  behaviour?: Behaviour;
  /** False answers 401: a signature that does not verify. */
  verify?: (request: Received) => boolean;
  /** Kept in memory; a request beyond it is answered 507 rather than left out of the account. */
  maxRequests?: number;
  maxBodyBytes?: number;
}

/** A real HTTP server on loopback that records what it gets. */
export interface Receiver {
  /** Without a path; the same through `goDown` and `comeBack`. */
  readonly url: string;
  /** Every request, in order of arrival. */
  readonly requests: readonly Received[];
  behave(behaviour: Behaviour): void;
  /** A secret is known only after the endpoint was created with this receiver's address. */
  verifyWith(verify: (request: Received) => boolean): void;
  /** Closes the port and every connection: the next one is refused. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

export async function createReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { maxRequests = 200_000, maxBodyBytes = 1024 * 1024 } = options;
  let behaviour = options.behaviour ?? healthy();
  let verify = options.verify ?? (() => true);
  const requests: Received[] = [];
  const sightings = new Map<string, number>();

  let server = await listenOn(0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${HOST}:${port}`,
    requests,
    behave(next) {
      behaviour = next;
    },
    verifyWith(next) {
      verify = next;
    },
    goDown: close,
    async comeBack() {
      if (!server.listening) server = await listenOn(port);
    },
    close,
  };

  async function listenOn(wanted: number) {
    const created = createServer((request, response) => {
      // The sender may leave at any moment; what was seen until then is recorded.
      receive(request, response).catch(() => response.destroy());
    });
    created.listen(wanted, HOST);
    await once(created, 'listening');
    return created;
  }

  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) return respond(response, { kind: 'respond', status: 413 });
    if (requests.length >= maxRequests) return respond(response, { kind: 'respond', status: 507 });
    const received = record(request, body);
    response.once('close', () => {
      received.endedAtMs = Date.now();
    });
    const answer: Answer = verify(received) ? behaviour(received) : { kind: 'respond', status: 401 };
    await respond(response, answer);
    if (answer.kind === 'respond' && response.writableFinished) received.status = answer.status;
  }

  function record(request: IncomingMessage, body: string): Received {
    const webhookId = String(request.headers['webhook-id'] ?? '');
    const sighting = (sightings.get(webhookId) ?? 0) + 1;
    sightings.set(webhookId, sighting);
    const received: Received = {
      path: request.url ?? '/',
      webhookId,
      attempt: Number(request.headers['herald-attempt'] ?? 0),
      sighting,
      headers: request.headers,
      body,
      arrivedAtMs: Date.now(),
      status: undefined,
      endedAtMs: undefined,
    };
    requests.push(received);
    return received;
  }
}

async function respond(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.kind === 'hang') return;
  if (answer.kind === 'reset') {
    (response.socket as { resetAndDestroy(): void } | null)?.resetAndDestroy();
    return;
  }
  if (answer.afterMs !== undefined) await sleep(answer.afterMs);
  await answer.until;
  if (response.destroyed) return;
  response.writeHead(answer.status, answer.headers);
  const ended = Promise.race([once(response, 'finish'), once(response, 'close')]);
  response.end(answer.body);
  await ended;
}

/** Undefined for a body over the bound. */
async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
