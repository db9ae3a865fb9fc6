import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createCertificate } from '@herald/webhook/testing/certificates';
import {
  type Behaviour,
  type Receiver,
  response,
  startReceiver,
  writeForEver,
} from '@herald/webhook/testing/receivers';

/** How an attempt may end: the status of an answer as text, or a wire error. */
export interface HostileReceiver {
  name: string;
  behaviour: Behaviour;
  expected: readonly string[];
}

const HOST = 'localhost';
const DAY_MS = 24 * 60 * 60 * 1_000;
const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const DRIP_MS = 1_000;

const authority = {
  name: 'Herald hostile',
  ...createCertificate({ name: 'Herald hostile', isAuthority: true }),
};

/** What the dispatcher is to trust. */
export const AUTHORITY_PEM = authority.cert;

const accepting = (socket: Socket) => socket.write(response(200));

export const RECEIVERS: readonly HostileReceiver[] = [
  { name: 'healthy', behaviour: { onRequest: accepting }, expected: ['200'] },
  {
    name: 'healthy, own authority',
    behaviour: { onRequest: accepting, tls: createCertificate({ name: HOST, issuer: authority }) },
    expected: ['200'],
  },
  { name: 'never answers', behaviour: { onConnection: (socket) => socket.resume() }, expected: ['timeout'] },
  { name: 'never reads', behaviour: { onConnection: (socket) => socket.pause() }, expected: ['timeout'] },
  {
    name: 'accepts and resets',
    behaviour: { onConnection: (socket) => socket.resetAndDestroy() },
    expected: ['reset'],
  },
  { name: 'drips a byte a second', behaviour: { onRequest: drip }, expected: ['timeout'] },
  { name: 'endless body', behaviour: { onRequest: bodyOf('') }, expected: ['200'] },
  {
    name: '100 MB body',
    behaviour: { onRequest: bodyOf('content-length: 100000000\r\n') },
    expected: ['200'],
  },
  {
    name: 'gzip bomb',
    behaviour: { onRequest: (socket) => socket.write(response(200, BOMB, 'content-encoding: gzip\r\n')) },
    expected: ['200'],
  },
  {
    name: 'huge header fields',
    behaviour: { onRequest: (socket) => socket.write(`${HEAD}x-a: ${'a'.repeat(1024 * 1024)}\r\n\r\n`) },
    expected: ['headers_too_large'],
  },
  {
    name: 'not HTTP',
    behaviour: { onRequest: (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n') },
    expected: ['protocol'],
  },
  {
    name: 'redirects to itself',
    behaviour: { onRequest: (socket) => socket.write(response(307, '', 'location: /\r\n')) },
    expected: ['307'],
  },
  {
    name: 'closes a kept connection',
    behaviour: closingKept(),
    expected: ['200', 'reset'],
  },
  {
    name: 'expired certificate',
    behaviour: {
      onRequest: accepting,
      tls: createCertificate({
        name: HOST,
        issuer: authority,
        notBefore: new Date(Date.now() - 3 * DAY_MS),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    },
    expected: ['tls'],
  },
];

export interface Listening {
  urlOf(receiver: HostileReceiver): string;
  close(): Promise<void>;
}

export async function listenAll(): Promise<Listening> {
  const servers = new Map<HostileReceiver, Receiver>();
  for (const receiver of RECEIVERS) servers.set(receiver, await startReceiver(receiver.behaviour));
  return {
    urlOf(receiver) {
      const port = servers.get(receiver)?.port;
      return receiver.behaviour.tls ? `https://${HOST}:${port}/` : `http://127.0.0.1:${port}/`;
    },
    async close() {
      for (const server of servers.values()) await server.close();
    },
  };
}

function drip(socket: Socket): void {
  socket.write(`${HEAD}content-length: 9999\r\n\r\n`);
  const timer = setInterval(() => socket.write('x'), DRIP_MS);
  socket.on('close', () => clearInterval(timer));
}

function bodyOf(fields: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(`${HEAD}${fields}\r\n`);
    writeForEver(socket, CHUNK);
  };
}

/** Answers the first request on each connection and closes when the second is on its way. */
function closingKept(): Behaviour {
  const used = new WeakSet<Socket>();
  return {
    onRequest(socket) {
      if (used.has(socket)) socket.destroy();
      else socket.write(response(200));
      used.add(socket);
    },
  };
}
