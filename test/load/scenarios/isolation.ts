import type { Bench } from '../bench.ts';
import { percentilesOf } from '../percentiles.ts';
import type { Round } from '../results.ts';
import { isolationProject, pathOf } from '../topology.ts';
import { openLoopLatencies } from './latency.ts';

export interface Isolation {
  ratePerSecond: number;
  /** Of the same healthy endpoints. */
  rounds: Round[];
  /** At most, as in `Usage`. */
  otherCores: number;
}

const RATE_PER_SECOND = 50;
/** The last of ten. */
const HANGING_SLOT = 9;

/** The projects that `measureIsolation` publishes to. */
export function isolationProjects(rounds: number) {
  return Array.from({ length: rounds }, (_, round) => ({
    without: isolationProject(`without-${round}`),
    with: isolationProject(`with-${round}`),
  }));
}

/**
 * Every event goes to ten endpoints, of which nine are looked at: first all answer, then the tenth hangs, and so on by
 * turns, so that a machine that grows slower does not count as a neighbour.
 */
export async function measureIsolation(bench: Bench): Promise<Isolation> {
  const { sink, scale } = bench;
  const rounds: Round[] = [];
  let otherCores = 0;
  for (const [round, projects] of isolationProjects(scale.isolationRounds).entries()) {
    const plan = { ratePerSecond: RATE_PER_SECOND, seconds: scale.isolationSeconds };
    const without = await openLoopLatencies(bench, {
      ...plan,
      name: `isolation without ${round + 1}`,
      project: projects.without,
    });
    const healthy = without.latencies.filter(
      (_, index) => index % projects.without.endpoints !== HANGING_SLOT,
    );

    await sink.hang([pathOf(projects.with.name, HANGING_SLOT)]);
    const withHanging = await openLoopLatencies(bench, {
      ...plan,
      name: `isolation with ${round + 1}`,
      project: projects.with,
      hangingSlot: HANGING_SLOT,
    });
    rounds.push({ withoutMs: percentilesOf(healthy), withMs: percentilesOf(withHanging.latencies) });
    await sink.hang([]);
    otherCores = Math.max(otherCores, without.usage.otherCores, withHanging.usage.otherCores);
  }
  return { ratePerSecond: RATE_PER_SECOND, rounds, otherCores };
}
