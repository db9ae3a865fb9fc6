import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;
/** kafkajs ends a lost connection once for each request that it had, and each time listens to the next socket. */
const maxListeners = 1_000;

/**
 * kafkajs' own leaves Nagle's algorithm on: a request whose last segment is small, or that follows another, can wait
 * for the broker's delayed acknowledgement, 40 ms.
 */
export const createSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket: Socket = ssl
    ? connectTls(
        { host, port, ...(isIP(host) ? {} : { servername: host }), ...(ssl as ConnectionOptions) },
        onConnect,
      )
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  socket.setMaxListeners(maxListeners);
  return socket;
};
