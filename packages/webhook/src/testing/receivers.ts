import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server on loopback that does to its connections whatever a test wants. */
export interface Receiver {
  port: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Requests read so far, each as its text; of a receiver made by `answering`. */
  readonly requests: readonly string[];
  /** When every connection accepted so far is closed. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

/** What a receiver does with each connection, and with each whole request on it. */
export interface Behaviour {
  onConnection?: (socket: Socket) => void;
  onRequest?: (socket: Socket, requestNumber: number) => void;
  tls?: TlsOptions;
  host?: string;
}

export async function startReceiver({ onConnection, onRequest, tls, host }: Behaviour): Promise<Receiver> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let accepted = 0;
  const onSocket = (socket: Socket) => {
    socket.on('error', () => {});
    if (onRequest) readRequests(socket, (text) => onRequest(socket, requests.push(text)));
    onConnection?.(socket);
  };
  const server: Server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
  server.on('tlsClientError', () => {});
  server.on('connection', (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, host ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    get accepted() {
      return accepted;
    },
    requests,
    async allClosed() {
      await Promise.all([...sockets].map(closed));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Only a socket that is read notices its end. */
function closed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

function readRequests(socket: Socket, onRequest: (text: string) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, headEnd))?.[1] ?? 0);
      const requestEnd = headEnd + 4 + length;
      if (text.length < requestEnd) return;
      const request = text.slice(0, requestEnd);
      text = text.slice(requestEnd);
      onRequest(request);
    }
  });
}

/** A response with its length, of text or of that many bytes. */
export function response(status: number, body: string | Buffer = 'ok', fields = ''): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Text\r\n${fields}content-length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
}

/** Writes a chunk as fast as the other side reads, until it closes. */
export function writeForEver(socket: Socket, chunk: Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', write);
  write();
}
