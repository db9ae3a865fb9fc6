import { median } from '../percentiles.ts';
import type { Results, Round } from '../results.ts';
import type { Throughput } from '../scenarios/throughput.ts';
import { stackCpuSeconds } from '../usage.ts';

export type Bound = { atLeast: number } | { atMost: number };

/** A figure that can be held against a floor, which must hold, or a goal. */
export interface Mark {
  what: string;
  value: number;
  unit: string;
  floor?: Bound;
  goal?: Bound;
}

/** Ratios within one run first, since they mean the same on another machine. */
export function marksOf(results: Results): Mark[] {
  return [...ratiosOf(results), ...latencyMarks(results), ...usageMarks(results), ...accountMarks(results)];
}

export function holds(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}

/** Requests a second of the limit, over some of its runs; undefined where there is none. */
export function barePerSecond(bare: Results['bare']): number | undefined {
  if (bare.length === 0) return undefined;
  const total = (of: 'requests' | 'seconds') => bare.reduce((sum, result) => sum + result[of], 0);
  return total('requests') / total('seconds');
}

/** Of each run of events to one endpoint, its part of what the bare loop made right before and right after it. */
export function shareOfBare({ bare, throughput }: Pick<Results, 'bare' | 'throughput'>): number[] {
  return throughput
    .filter(({ scenario }) => scenario === 'one endpoint')
    .flatMap(({ deliveredPerSecond }, round) => {
      const limit = barePerSecond(bare.slice(round, round + 2));
      return limit === undefined ? [] : [deliveredPerSecond / limit];
    });
}

/** The p99 with something ÷ the p99 right before it, without; the round in the middle. */
function p99Ratio(rounds: readonly Round[]): number {
  return median(rounds.map(({ withMs, withoutMs }) => withMs.p99 / withoutMs.p99));
}

function ratiosOf(results: Results): Mark[] {
  const marks: Mark[] = [];
  const shares = shareOfBare(results);
  if (shares.length > 0) {
    marks.push({
      what: 'delivered/s, one endpoint ÷ signed bare loop',
      value: median(shares),
      unit: '',
      floor: { atLeast: 0.15 },
      goal: { atLeast: 0.3 },
    });
  }
  const { isolation, replay, logging } = results;
  if (isolation) {
    marks.push({
      what: 'healthy p99 with one hanging ÷ without',
      value: p99Ratio(isolation.rounds),
      unit: '',
      floor: { atMost: 1.2 },
    });
  }
  if (replay) {
    marks.push({
      what: `live p99 beside a replay of ${replay.replayedPerSecond}/s ÷ without`,
      value: p99Ratio(replay.rounds),
      unit: '',
      floor: { atMost: 1.2 },
    });
  }
  const fan = results.throughput.find(({ scenario }) => scenario === 'fan-out 10');
  if (logging && fan) {
    // An event to ten endpoints makes twelve rows: itself, its route and its attempts.
    const made = fan.deliveredPerSecond * ((fan.deliveries + 2 * fan.events) / fan.deliveries);
    marks.push({
      what: 'logger rows/s ÷ rows/s that fan-out makes',
      value: logging.rowsPerSecond / made,
      unit: '',
      goal: { atLeast: 1 },
    });
  }
  return marks;
}

function latencyMarks({ latency }: Results): Mark[] {
  const bounds: Record<string, { p50: Pick<Mark, 'floor' | 'goal'>; p99: Pick<Mark, 'floor' | 'goal'> }> = {
    '300/s': {
      p50: { floor: { atMost: 10 }, goal: { atMost: 2.9 } },
      p99: { floor: { atMost: 50 }, goal: { atMost: 8.9 } },
    },
  };
  return latency.flatMap(({ scenario, latencyMs }) =>
    (['p50', 'p99'] as const).map((name) => ({
      what: `event → POST at ${scenario}, ${name}`,
      value: latencyMs[name],
      unit: 'ms',
      ...bounds[scenario]?.[name],
    })),
  );
}

function usageMarks({ throughput, idle }: Results): Mark[] {
  const cpuGoals: Record<string, number> = { 'one endpoint': 0.22, 'fan-out 10': 0.15 };
  const marks: Mark[] = [...Map.groupBy(throughput, ({ scenario }) => scenario)].flatMap(
    ([scenario, runs]) => {
      const goal = cpuGoals[scenario];
      return [
        {
          what: `delivered/s, ${scenario}`,
          value: median(runs.map(({ deliveredPerSecond }) => deliveredPerSecond)),
          unit: '/s',
          ...(scenario === 'fan-out 10' ? { goal: { atLeast: 10_000 } } : {}),
        },
        {
          what: `CPU of the whole stack a delivery, ${scenario}`,
          value: median(runs.map(stackCpuMs)),
          unit: 'ms',
          ...(goal === undefined ? {} : { goal: { atMost: goal } }),
        },
      ];
    },
  );
  for (const { name, group, cpuSeconds } of idle?.processes ?? []) {
    if (group !== 'sender') continue;
    const share = (cpuSeconds / (idle as NonNullable<typeof idle>).seconds) * 100;
    marks.push({ what: `idle CPU, ${name}`, value: share, unit: '%', goal: { atMost: 2 } });
  }
  return marks;
}

/** Milliseconds a delivery. */
function stackCpuMs({ usage, arrived }: Throughput): number {
  return (stackCpuSeconds(usage) * 1_000) / arrived;
}

function accountMarks({ account, strays }: Results): Mark[] {
  const total = (of: 'missing' | 'duplicates') => account.reduce((sum, run) => sum + run[of], 0);
  const none = { floor: { atMost: 0 } };
  return [
    { what: 'deliveries missing', value: total('missing'), unit: '', ...none },
    { what: 'deliveries that came twice', value: total('duplicates'), unit: '', ...none },
    { what: 'requests that nobody expected', value: strays, unit: '', ...none },
  ];
}
