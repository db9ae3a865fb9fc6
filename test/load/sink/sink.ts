import { fileURLToPath } from 'node:url';
import { forkService } from '@herald/service-kit/service-process';
import type { Watched } from '../usage.ts';
import type { RunCounts, RunPlan } from './tally.ts';

/** The sink, from the bench's side. */
export interface Sink {
  /** Of the receiver, without a path. */
  url: string;
  process: Watched;
  open(plan: RunPlan): Promise<void>;
  counts(run: number): Promise<RunCounts>;
  /** By `seq × copies + slot`, monotonic milliseconds; NaN for one that has not arrived. */
  arrivals(run: number): Promise<Float64Array>;
  strays(): Promise<number>;
  /** From now on exactly these paths are not answered, nor counted. */
  hang(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const CONTROL_TIMEOUT_MS = 10_000;

/** @param port of the receiver, 0 for any free one */
export async function startSink(port: number): Promise<Sink> {
  const lines: string[] = [];
  const child = forkService({
    name: 'sink',
    entry: fileURLToPath(import.meta.resolve('./sink-process.ts')),
    args: [String(port)],
    env: process.env,
    output: { onLine: (line) => lines.push(line) },
  });
  const ready = await child.ready;
  if (!ready) throw new Error(`The sink did not start:\n${lines.join('\n')}`);
  const control = ready.adminUrl;

  return {
    url: ready.url as string,
    process: { name: 'sink', pid: child.pid, group: 'bench' },
    open: (plan) => put(`${control}/runs`, plan),
    counts: (run) => get(`${control}/runs/${run}`).then((response) => response.json() as Promise<RunCounts>),
    async arrivals(run) {
      const response = await get(`${control}/runs/${run}/arrivals`);
      return new Float64Array(await response.arrayBuffer());
    },
    strays: () => get(`${control}/strays`).then((response) => response.json() as Promise<number>),
    hang: (paths) => put(`${control}/hanging`, paths),
    async close() {
      await child.stop();
    },
  };
}

function get(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS) });
}

async function put(url: string, value: unknown): Promise<void> {
  const body = JSON.stringify(value);
  await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS) });
}
