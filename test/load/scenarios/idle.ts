import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, meterAll } from '../bench.ts';
import type { Usage } from '../usage.ts';

/** Time for what a start or a load before has left to be done. */
const QUIET_MS = 10_000;

/** What everything uses with nothing to do. */
export async function measureIdle(bench: Bench): Promise<Usage> {
  await sleep(QUIET_MS);
  const readMeter = meterAll(bench);
  await sleep(bench.scale.idleSeconds * 1_000);
  return readMeter();
}
