import type { Bench } from '../bench.ts';
import type { Insight } from '../load-sender.ts';
import { percentilesOf } from '../percentiles.ts';
import { pollUntil } from '../poll.ts';
import { ONE, type Project, replayedProject } from '../topology.ts';
import { mostCompany } from '../usage.ts';
import { openLoopLatencies } from './latency.ts';
import { eventsFor, publishAll } from './publishing.ts';
import { type QuietRounds, quietRounds, TRIES_A_ROUND } from './quiet-rounds.ts';

/** What a replay does to live events, of which the rounds are. */
export interface ReplayBeside extends QuietRounds {
  liveRatePerSecond: number;
  replayedPerSecond: number;
}

const LIVE_RATE_PER_SECOND = 100;
const REPLAYED_PER_SECOND = 500;
/** Longer than the live events that are looked at, which begin when it runs. */
const REPLAY_SECONDS_MORE = 5;
const ARRIVAL_TIMEOUT_MS = 120_000;

/** The projects whose events `measureReplay` replays, one a round that it may measure. */
export function replayedProjects(rounds: number): Project[] {
  return Array.from({ length: rounds * TRIES_A_ROUND }, (_, round) => replayedProject(String(round)));
}

/**
 * Live events to one endpoint: first alone, then while past events are replayed to another one, and so on by turns. The
 * replay is looked at once its plan is made and it sends.
 */
export async function measureReplay(bench: Bench, insight: Insight): Promise<ReplayBeside> {
  const { sender, sink, runs, scale } = bench;
  const seconds = scale.isolationSeconds;

  const measured = await quietRounds(scale.isolationRounds, async (round) => {
    const project = replayedProject(String(round));
    const events = REPLAYED_PER_SECOND * (seconds + REPLAY_SECONDS_MORE);
    const past = await runs.open(`replayed ${round + 1}`, { events, copies: 2 });
    const arrivals = async (wanted: number) => {
      const all = pollUntil(async () => (await sink.counts(past)).arrived >= wanted, {
        everyMs: 50,
        timeoutMs: ARRIVAL_TIMEOUT_MS,
      });
      if ((await all) === undefined) throw new Error(`${wanted} events of the past did not arrive`);
    };
    await publishAll(sender, eventsFor(past, events, [project]));
    await arrivals(events);

    const plan = { ratePerSecond: LIVE_RATE_PER_SECOND, seconds, project: ONE };
    const without = await openLoopLatencies(bench, { ...plan, name: `live without a replay ${round + 1}` });

    await insight.replay(project, REPLAYED_PER_SECOND);
    const beside = await openLoopLatencies(bench, { ...plan, name: `live beside a replay ${round + 1}` });
    await arrivals(2 * events);
    return {
      round: { withoutMs: percentilesOf(without.latencies), withMs: percentilesOf(beside.latencies) },
      ...mostCompany([without.usage, beside.usage]),
    };
  });
  return {
    liveRatePerSecond: LIVE_RATE_PER_SECOND,
    replayedPerSecond: REPLAYED_PER_SECOND,
    ...measured,
  };
}
