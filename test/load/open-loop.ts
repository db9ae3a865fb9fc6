import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from './clock.ts';
import { within } from './within.ts';

/** How an open loop went: events come when they are due, however the sender fares with those before. */
export interface OpenLoop {
  /** When each event was due, by its number, monotonic milliseconds. */
  dueMs: Float64Array;
  /** How late the bench itself handed each over: it is part of every latency. */
  lateMs: Float64Array;
  /** Refused by the sender. */
  failures: Error[];
}

export interface OpenLoopOptions {
  ratePerSecond: number;
  events: number;
  /** Hands one event over; not awaited before the next. */
  publish: (seq: number) => Promise<void>;
}

/** Time for the thread that keeps the beat to start. */
const LEAD_MS = 300;

/** For the last of them to be accepted or refused. */
const ACCEPT_TIMEOUT_MS = 30_000;

/** Resolves when the last event is accepted or refused. @throws Error when that takes too long */
export async function runOpenLoop({ ratePerSecond, events, publish }: OpenLoopOptions): Promise<OpenLoop> {
  const startMs = monotonicMs() + LEAD_MS;
  const dueMs = Float64Array.from({ length: events }, (_, seq) => startMs + (seq * 1_000) / ratePerSecond);
  const lateMs = new Float64Array(events);
  const failures: Error[] = [];
  const accepting: Promise<void>[] = [];

  const metronome = new Worker(fileURLToPath(import.meta.resolve('./metronome.ts')), {
    workerData: { dueMs },
  });
  metronome.on('message', (seq: number) => {
    lateMs[seq] = monotonicMs() - (dueMs[seq] as number);
    accepting.push(publish(seq).catch((error: Error) => void failures.push(error)));
  });
  await once(metronome, 'exit');
  await within(Promise.all(accepting), ACCEPT_TIMEOUT_MS, 'accepting the last events');
  return { dueMs, lateMs, failures };
}
