import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackProblem } from './problem.ts';

/** Below the range from which systems take the ports of outgoing connections: a server that is down keeps its port. */
const RANDOM_PORTS = { from: 15_000, to: 32_000 };

/** `count` different ports of 127.0.0.1 on which nothing listens. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(RANDOM_PORTS.from, RANDOM_PORTS.to);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** @throws StackProblem naming the port, who wanted it and how to choose another */
export async function assertFree(port: number, wantedBy: string, remedy: string): Promise<void> {
  if (await isFree(port)) return;
  throw new StackProblem(
    `Port ${port} on 127.0.0.1, wanted by ${wantedBy}, is in use: stop what listens there, or ${remedy}.`,
  );
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
    else reject(error);
  });
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
