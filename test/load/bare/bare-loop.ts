import { fileURLToPath } from 'node:url';
import { forkService } from '@herald/service-kit/service-process';
import type { Bench } from '../bench.ts';
import { within } from '../within.ts';

export interface BareTask {
  sinkUrl: string;
  project: string;
  warmUp: { run: number; requests: number };
  measured: { run: number; requests: number };
}

export interface BareResult {
  requests: number;
  seconds: number;
  cpuSeconds: number;
}

const PROJECT = 'bare';
const TIMEOUT_MS = 120_000;

/** @throws Error when the loop fails or takes too long: without the limit there is no ratio */
export async function runBareLoop({ sink, runs, scale }: Bench): Promise<BareResult> {
  const warmUp = await runs.open('bare warm-up', { events: scale.warmUpEvents, copies: 1 });
  const measured = await runs.open('bare', { events: scale.bareRequests, copies: 1 });
  const task: BareTask = {
    sinkUrl: sink.url,
    project: PROJECT,
    warmUp: { run: warmUp, requests: scale.warmUpEvents },
    measured: { run: measured, requests: scale.bareRequests },
  };
  const told = Promise.withResolvers<BareResult>();
  const lines: string[] = [];
  const child = forkService({
    name: 'bare loop',
    entry: fileURLToPath(import.meta.resolve('./bare-process.ts')),
    args: [JSON.stringify(task)],
    env: process.env,
    output: { onLine: (line) => lines.push(line) },
    onMessage(message) {
      const { type, result } = message as { type?: string; result?: BareResult };
      if (type === 'bare' && result) told.resolve(result);
    },
  });
  void child.ended.then(() => told.reject(new Error(`The bare loop failed:\n${lines.join('\n')}`)));
  try {
    return await within(told.promise, TIMEOUT_MS, 'the bare loop');
  } finally {
    await child.kill9();
  }
}
