/**
 * The receiver of all endpoints, in a process of its own: answers 200 at once and keeps books. Prints nothing;
 * tells its parent both addresses when it is ready, and ends with it.
 */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { monotonicMs } from '../clock.ts';
import { createControl } from './control.ts';
import { createRequestReader } from './request-reader.ts';
import { createTally } from './tally.ts';

const HOST = '127.0.0.1';
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const tally = createTally();
let hanging: ReadonlySet<string> = new Set();

const receiver = createServer({ noDelay: true }, (socket) => {
  const read = createRequestReader((path, body) => {
    if (hanging.has(path)) return;
    tally.record(path, body, monotonicMs());
    socket.write(ANSWER);
  });
  socket.on('data', (chunk: Buffer) => {
    if (!read(chunk)) socket.destroy();
  });
  // The sender may leave at any moment.
  socket.on('error', () => socket.destroy());
});

const control = createHttpServer(
  createControl({
    tally,
    hang(paths) {
      hanging = new Set(paths);
    },
  }),
);

const [, , port = '0'] = process.argv;
process.send?.({
  type: 'ready',
  service: 'sink',
  url: await listen(receiver, Number(port)),
  adminUrl: await listen(control, 0),
});
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

async function listen(server: Server, wanted: number): Promise<string> {
  server.listen(wanted, HOST);
  await once(server, 'listening');
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}
