import { setTimeout as sleep } from 'node:timers/promises';
import { runBareLoop } from './bare/bare-loop.ts';
import type { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Scenario } from './options.ts';
import { pollUntil } from './poll.ts';
import type { Results } from './results.ts';
import { measureIdle } from './scenarios/idle.ts';
import { isolationProjects, measureIsolation } from './scenarios/isolation.ts';
import { measureLatency } from './scenarios/latency.ts';
import { measureLogging } from './scenarios/logging.ts';
import { eventsFor, publishAll } from './scenarios/publishing.ts';
import { measureReplay, replayedProjects } from './scenarios/replay.ts';
import { measureThroughput } from './scenarios/throughput.ts';
import { FAN, MANY, ONE, type Project, WARM_UP } from './topology.ts';
import { within } from './within.ts';

export interface RunOptions {
  only: ReadonlySet<Scenario>;
  scale: Results['scale'];
  machine: Machine;
  onProgress: (line: string) => void;
}

const RATES_PER_SECOND = [100, 300, 1_000];
const SUBSCRIBE_TIMEOUT_MS = 120_000;
const WARM_UP_TIMEOUT_MS = 60_000;
/** For what arrives late, between two scenarios and before the account. */
const SETTLE_MS = 1_000;

/** Warms up, then one scenario after the other; what fails is told in the results, and the others go on. */
export async function runBench(bench: Bench, options: RunOptions): Promise<Results> {
  const { only, scale, machine, onProgress } = options;
  const { sender, sink, runs } = bench;
  const results: Results = {
    sender: sender.name,
    scale,
    machine,
    bare: [],
    throughput: [],
    latency: [],
    account: [],
    strays: 0,
    problems: [],
  };

  async function step(scenario: string, measure: () => Promise<void>): Promise<void> {
    onProgress(scenario);
    try {
      await measure();
    } catch (error) {
      results.problems.push({ scenario, problem: (error as Error).message });
      onProgress(`${scenario} failed: ${(error as Error).message}`);
    }
    await sleep(SETTLE_MS);
  }
  const bare = () => step('the bare loop', async () => void results.bare.push(await runBareLoop(bench)));
  const throughput = (scenario: string, projects: readonly Project[]) =>
    step(scenario, async () => {
      results.throughput.push(await measureThroughput(bench, scenario, projects));
    });

  const projects = projectsFor(only, bench.scale.isolationRounds);
  await within(sender.subscribe(projects), SUBSCRIBE_TIMEOUT_MS, 'creating the endpoints');
  await warmUp(bench);
  if (only.has('idle')) {
    await step('idle', async () => {
      results.idle = await measureIdle(bench);
    });
  }
  if (only.has('one')) {
    await bare();
    for (let round = 0; round < bench.scale.throughputRounds; round++) {
      await throughput('one endpoint', [ONE]);
      await bare();
    }
  }
  if (only.has('fan')) await throughput('fan-out 10', [FAN]);
  if (only.has('many')) await throughput('1,000 endpoints', MANY);
  if (only.has('latency')) {
    for (const ratePerSecond of RATES_PER_SECOND) {
      await step(`${ratePerSecond}/s`, async () => {
        results.latency.push(await measureLatency(bench, ratePerSecond, ONE));
      });
    }
  }
  if (only.has('isolation')) {
    await step('isolation', async () => {
      results.isolation = await measureIsolation(bench);
    });
  }
  const { insight } = sender;
  if (only.has('replay') && insight) {
    await step('replay', async () => {
      results.replay = await measureReplay(bench, insight);
    });
  }
  if (only.has('logger') && insight) {
    await step('logger', async () => {
      results.logging = await measureLogging(bench, insight);
    });
  }
  results.account = await runs.account();
  results.strays = await sink.strays();
  return results;
}

/** What the scenarios publish to. */
export function projectsFor(only: ReadonlySet<Scenario>, isolationRounds: number): Project[] {
  return [
    WARM_UP,
    ...(only.has('one') || only.has('latency') || only.has('replay') ? [ONE] : []),
    ...(only.has('fan') || only.has('logger') ? [FAN] : []),
    ...(only.has('many') ? MANY : []),
    ...(only.has('isolation')
      ? isolationProjects(isolationRounds).flatMap((round) => [round.without, round.with])
      : []),
    ...(only.has('replay') ? replayedProjects(isolationRounds) : []),
  ];
}

/** @throws Error when not even that arrives: there is nothing to measure */
async function warmUp({ sender, sink, runs, scale }: Bench): Promise<void> {
  const events = scale.warmUpEvents;
  const run = await runs.open('warm-up', { events, copies: 1 });
  await publishAll(sender, eventsFor(run, events, [WARM_UP]));
  const warm = await pollUntil(async () => (await sink.counts(run)).arrived >= events, {
    everyMs: 50,
    timeoutMs: WARM_UP_TIMEOUT_MS,
  });
  if (warm !== undefined) return;
  const { arrived } = await sink.counts(run);
  throw new Error(
    `Of ${events} events to warm up with, ${arrived} arrived within ${WARM_UP_TIMEOUT_MS / 1_000} s.`,
  );
}
