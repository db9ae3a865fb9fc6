import type { Bench } from '../bench.ts';
import { percentilesOf } from '../percentiles.ts';
import { isolationProject, pathOf } from '../topology.ts';
import { mostCompany } from '../usage.ts';
import { openLoopLatencies } from './latency.ts';
import { type QuietRounds, quietRounds, TRIES_A_ROUND } from './quiet-rounds.ts';

/** The rounds are of the same healthy endpoints. */
export interface Isolation extends QuietRounds {
  ratePerSecond: number;
}

const RATE_PER_SECOND = 50;
/** The last of ten. */
const HANGING_SLOT = 9;

/** The projects that `measureIsolation` publishes to in the rounds that it may measure. */
export function isolationProjects(rounds: number) {
  return Array.from({ length: rounds * TRIES_A_ROUND }, (_, round) => isolationPair(round));
}

function isolationPair(round: number) {
  return { without: isolationProject(`without-${round}`), with: isolationProject(`with-${round}`) };
}

/**
 * Every event goes to ten endpoints, of which nine are looked at: first all answer, then the tenth hangs, and so on by
 * turns, so that a machine that grows slower does not count as a neighbour.
 */
export async function measureIsolation(bench: Bench): Promise<Isolation> {
  const { sink, scale } = bench;
  const measured = await quietRounds(scale.isolationRounds, async (round) => {
    const projects = isolationPair(round);
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
    await sink.hang([]);
    return {
      round: { withoutMs: percentilesOf(healthy), withMs: percentilesOf(withHanging.latencies) },
      ...mostCompany([without.usage, withHanging.usage]),
    };
  });
  return { ratePerSecond: RATE_PER_SECOND, ...measured };
}
