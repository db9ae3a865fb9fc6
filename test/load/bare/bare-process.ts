/**
 * The limit: an undici loop that signs and sends, and does nothing else that a webhook sender has to do. Sends a
 * warm-up, then the run, tells its parent how long the run took, and ends.
 */
import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { type Dispatcher, Pool } from 'undici';
import { monotonicMs } from '../clock.ts';
import { eventInputOf } from '../load-event.ts';
import { ONE_ENDPOINT_CONCURRENCY, pathOf } from '../topology.ts';
import type { BareResult, BareTask } from './bare-loop.ts';

const task = JSON.parse(process.argv[2] as string) as BareTask;
const pool = new Pool(task.sinkUrl, {
  connections: ONE_ENDPOINT_CONCURRENCY,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
});
const key = createSecretKey(randomBytes(32));
const occurredAt = new Date();

process.once('disconnect', () => process.exit());
await send(task.warmUp.run, task.warmUp.requests);
const cpuBefore = process.cpuUsage();
const startedAtMs = monotonicMs();
await send(task.measured.run, task.measured.requests);
const seconds = (monotonicMs() - startedAtMs) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
const result: BareResult = {
  requests: task.measured.requests,
  seconds,
  cpuSeconds: (user + system) / 1e6,
};
process.send?.({ type: 'bare', result });

async function send(run: number, requests: number): Promise<void> {
  let seq = 0;
  const sendInTurn = async () => {
    while (seq < requests) await post(run, seq++);
  };
  await Promise.all(Array.from({ length: ONE_ENDPOINT_CONCURRENCY }, sendInTurn));
}

function post(run: number, seq: number): Promise<void> {
  const body = Buffer.from(JSON.stringify(eventInputOf({ run, seq, project: task.project }, occurredAt)));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let status = 0;
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(_, code) {
      status = code;
    },
    onResponseData() {},
    onResponseEnd: () => (status === 200 ? resolve() : reject(new Error(`the sink answered ${status}`))),
    onResponseError: (_, error) => reject(error),
  };
  pool.dispatch(
    { method: 'POST', path: pathOf(task.project, 0), headers: signedHeaders(body), body },
    handler,
  );
  return promise;
}

/** Standard Webhooks, as every attempt of Herald's has them. */
function signedHeaders(body: Buffer): Record<string, string> {
  const id = randomUUID();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return {
    'content-type': 'application/json',
    'user-agent': 'bare',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  };
}
