/**
 * A thread that tells the main one when each event is due. Timers of an event loop count whole milliseconds, which
 * would make every latency half of one longer; a futex wakes within a tenth, and spins no core away.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from './clock.ts';

/** `dueMs` by number, monotonic. */
const { dueMs } = workerData as { dueMs: Float64Array };
const never = new Int32Array(new SharedArrayBuffer(4));

for (const [seq, due] of dueMs.entries()) {
  for (let leftMs = due - monotonicMs(); leftMs > 0; leftMs = due - monotonicMs()) {
    Atomics.wait(never, 0, 0, leftMs);
  }
  parentPort?.postMessage(seq);
}
