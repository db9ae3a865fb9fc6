import { connect } from 'node:net';

const METADATA_KEY = 3;
const METADATA_VERSION = 1;
const NO_CLIENT_ID = -1;

/**
 * Asks one broker who is in the cluster (the protocol's Metadata request, version 1, for no topic) and resolves the
 * node ids of the brokers that it counts as alive. Rejects when it does not answer within `timeoutMs`.
 * Spoken by hand because a client's own retries, logs and timers would only be in the way of a readiness check.
 */
export function liveBrokers(port: number, timeoutMs: number): Promise<number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  const socket = connect({ host: '127.0.0.1', port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('closed before it answered')));
  socket.once('connect', () => socket.write(metadataRequest()));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
    resolve(brokerIds(received));
    socket.destroy();
  });
  return promise;
}

function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(METADATA_KEY, 4);
  request.writeInt16BE(METADATA_VERSION, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(NO_CLIENT_ID, 12);
  request.writeInt32BE(0, 14);
  return request;
}

/** Size, correlation id, then an array of node id, host, port and rack (a string is a length and bytes; -1 = null). */
function brokerIds(response: Buffer): number[] {
  const count = response.readInt32BE(8);
  const ids: number[] = [];
  let at = 12;
  const skipString = () => {
    at += 2 + Math.max(0, response.readInt16BE(at));
  };
  for (let broker = 0; broker < count; broker++) {
    ids.push(response.readInt32BE(at));
    at += 4;
    skipString();
    at += 4;
    skipString();
  }
  return ids;
}
