import { type Bench, meterAll } from '../bench.ts';
import { runOpenLoop } from '../open-loop.ts';
import { medianRound, type Percentiles, percentilesOf } from '../percentiles.ts';
import { pollUntil } from '../poll.ts';
import type { Project } from '../topology.ts';
import { type Company, mostCompany, type Usage } from '../usage.ts';

/** The company is the most of any round. */
export interface Latency extends Company {
  scenario: string;
  ratePerSecond: number;
  /** From when an event was due to its POST, milliseconds, of each round. */
  rounds: Percentiles[];
  latencyMs: Percentiles;
  /** How late the bench handed events over: a part of the latency that is not the sender's. */
  benchLateMs: Percentiles;
  /** Events that the sender refused. */
  refused: number;
}

/** One open loop. */
interface Loop {
  /** Milliseconds, `Infinity` for each event that has not arrived. */
  latencies: number[];
  benchLateMs: Percentiles;
  refused: number;
  usage: Usage;
}

export interface LatencyPlan {
  name: string;
  ratePerSecond: number;
  seconds: number;
  project: Project;
  /** Not answered while this runs, and not part of the latency. */
  hangingSlot?: number;
}

/** How long what has been accepted may take to arrive after the last event was due. */
const LAST_ARRIVALS_MS = 10_000;

/** As many rounds as the scale says; of each percentile the round in the middle counts. */
export async function measureLatency(
  bench: Bench,
  ratePerSecond: number,
  project: Project,
): Promise<Latency> {
  const { latencyRounds, latencySeconds: seconds } = bench.scale;
  const scenario = `${ratePerSecond}/s`;
  const loops: Loop[] = [];
  for (let round = 1; round <= latencyRounds; round++) {
    const name = `${scenario} round ${round}`;
    loops.push(await openLoopLatencies(bench, { name, ratePerSecond, seconds, project }));
  }
  const rounds = loops.map(({ latencies }) => percentilesOf(latencies));
  return {
    scenario,
    ratePerSecond,
    rounds,
    latencyMs: medianRound(rounds),
    benchLateMs: medianRound(loops.map(({ benchLateMs }) => benchLateMs)),
    refused: loops.reduce((sum, { refused }) => sum + refused, 0),
    ...mostCompany(loops.map(({ usage }) => usage)),
  };
}

export async function openLoopLatencies(
  bench: Bench,
  { name, ratePerSecond, seconds, project, hangingSlot }: LatencyPlan,
): Promise<Loop> {
  const { sender, sink, runs } = bench;
  const events = Math.round(ratePerSecond * seconds);
  const copies = project.endpoints;
  const hanging = hangingSlot === undefined ? {} : { hangingSlot };
  const run = await runs.open(name, { events, copies, ...hanging });
  const counted = events * (hangingSlot === undefined ? copies : copies - 1);

  const readMeter = meterAll(bench);
  const { dueMs, lateMs, failures } = await runOpenLoop({
    ratePerSecond,
    events,
    publish: (seq) => sender.publish([{ run, seq, project: project.name }]),
  });
  await pollUntil(async () => (await sink.counts(run)).arrived >= counted, {
    everyMs: 50,
    timeoutMs: LAST_ARRIVALS_MS,
  });
  const usage = readMeter();
  const arrivals = await sink.arrivals(run);

  const latencies: number[] = [];
  for (let index = 0; index < arrivals.length; index++) {
    if (index % copies === hangingSlot) continue;
    const atMs = arrivals[index] as number;
    const due = dueMs[Math.floor(index / copies)] as number;
    latencies.push(Number.isNaN(atMs) ? Number.POSITIVE_INFINITY : atMs - due);
  }
  return { latencies, benchLateMs: percentilesOf(lateMs), refused: failures.length, usage };
}
