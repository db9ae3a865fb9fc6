import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHerald } from '@herald/testkit/herald';
import { openWitness } from '@herald/testkit/witness';
import { publish } from '../e2e/publishing.ts';
import { sampleProcess } from '../load/proc.ts';
import { growthOf, nodeMemoryOf } from './memory.ts';
import type { HostileOptions } from './options.ts';
import { createOutcomeTally } from './outcomes.ts';
import { AUTHORITY_PEM, type HostileReceiver, listenAll, RECEIVERS } from './receivers.ts';
import type { HostileRun } from './report.ts';

/** Of each attempt. Long enough for a busy machine to answer in, short enough that hanging ones come round often. */
export const TIMEOUT_MS = 5_000;
const SAMPLE_EVERY_MS = 2_000;
const PROGRESS_EVERY_MS = 30_000;
const MIB = 1024 * 1024;

export interface RunOptions extends Pick<HostileOptions, 'minutes' | 'eventsPerSecond'> {
  closing: AsyncDisposableStack;
  onProgress: (line: string) => void;
}

/** All of Herald on real servers against all of the receivers at a steady rate. */
export async function runHostile({
  minutes,
  eventsPerSecond,
  closing,
  onProgress,
}: RunOptions): Promise<HostileRun> {
  const runMs = minutes * 60_000;
  const folder = mkdtempSync(join(tmpdir(), 'herald-hostile-'));
  closing.defer(() => rmSync(folder, { recursive: true, force: true }));
  const authorityFile = join(folder, 'authority.pem');
  writeFileSync(authorityFile, AUTHORITY_PEM);
  const receivers = await listenAll();
  closing.defer(() => receivers.close());

  const herald = await openHerald({
    onProgress,
    envOf: () => ({
      HERALD_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128',
      HERALD_EXTRA_CA_FILE: authorityFile,
      HERALD_ATTEMPT_LOG_LEVEL: 'debug',
    }),
  });
  closing.defer(() => herald.close());
  const account = await herald.openAccount();
  const receiverOf = new Map<string, HostileReceiver>();
  for (const receiver of RECEIVERS) {
    const { endpointId } = await account.addEndpoint({
      url: receivers.urlOf(receiver),
      name: receiver.name,
      timeout_ms: TIMEOUT_MS,
      retry_schedule: ['5s'],
    });
    receiverOf.set(endpointId, receiver);
  }
  const tally = createOutcomeTally(receiverOf);
  const witness = await openWitness({ ...herald.stack, onAttempt: tally.count });
  closing.defer(() => witness.close());

  onProgress(
    `${RECEIVERS.length} receivers, ${eventsPerSecond} events a second to each, for ${minutes} minutes`,
  );
  const { adminUrl } = herald.services.addresses('dispatcher');
  const pid = herald.services.pid('dispatcher');
  const startedAtMs = performance.now();
  const publishing = publish(herald, account, {
    count: Math.round((eventsPerSecond * runMs) / 1_000),
    eventsPerSecond,
    seed: 1,
  });
  const samples: HostileRun['samples'][number][] = [];
  let progressAtMs = PROGRESS_EVERY_MS;
  for (let atMs = 0; atMs < runMs; atMs = performance.now() - startedAtMs) {
    const sample = sampleProcess(pid);
    if (!sample) throw new Error('The dispatcher has ended');
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    const memory = nodeMemoryOf(metrics);
    samples.push({ atMs, rssBytes: sample.rssBytes, ...memory, attempts: tally.attempts });
    if (atMs >= progressAtMs) {
      progressAtMs += PROGRESS_EVERY_MS;
      onProgress(
        `${Math.round(atMs / 1_000)} s: ${(sample.rssBytes / MIB).toFixed(1)} MiB, ${tally.attempts} attempts`,
      );
    }
    await sleep(SAMPLE_EVERY_MS);
  }
  await publishing;
  return { samples, outcomes: tally.all(), growth: growthOf(samples, runMs) };
}
