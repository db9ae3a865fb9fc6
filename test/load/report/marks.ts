import type { Results } from '../results.ts';
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

/** Requests a second of the limit, over both its runs; undefined where it was not measured. */
export function barePerSecond({ bare }: Pick<Results, 'bare'>): number | undefined {
  if (bare.length === 0) return undefined;
  const total = (of: 'requests' | 'seconds') => bare.reduce((sum, result) => sum + result[of], 0);
  return total('requests') / total('seconds');
}

function ratiosOf(results: Results): Mark[] {
  const marks: Mark[] = [];
  const bare = barePerSecond(results);
  const one = results.throughput.find(({ scenario }) => scenario === 'one endpoint');
  if (one && bare) {
    marks.push({
      what: 'delivered/s, one endpoint ÷ signed bare loop',
      value: one.deliveredPerSecond / bare,
      unit: '',
      floor: { atLeast: 0.15 },
      goal: { atLeast: 0.3 },
    });
  }
  const { isolation, replay, logging } = results;
  if (isolation) {
    marks.push({
      what: 'healthy p99 with one hanging ÷ without',
      value: isolation.withMs.p99 / isolation.withoutMs.p99,
      unit: '',
      floor: { atMost: 1.2 },
    });
  }
  if (replay) {
    marks.push({
      what: `live p99 beside a replay of ${replay.replayedPerSecond}/s ÷ without`,
      value: replay.withMs.p99 / replay.withoutMs.p99,
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
  const marks: Mark[] = throughput.flatMap(({ scenario, usage, arrived, deliveredPerSecond }) => {
    const goal = cpuGoals[scenario];
    return [
      {
        what: `delivered/s, ${scenario}`,
        value: deliveredPerSecond,
        unit: '/s',
        ...(scenario === 'fan-out 10' ? { goal: { atLeast: 10_000 } } : {}),
      },
      {
        what: `CPU of the whole stack a delivery, ${scenario}`,
        value: (stackCpuSeconds(usage) * 1_000) / arrived,
        unit: 'ms',
        ...(goal === undefined ? {} : { goal: { atMost: goal } }),
      },
    ];
  });
  for (const { name, group, cpuSeconds } of idle?.processes ?? []) {
    if (group !== 'sender') continue;
    const share = (cpuSeconds / (idle as NonNullable<typeof idle>).seconds) * 100;
    marks.push({ what: `idle CPU, ${name}`, value: share, unit: '%', goal: { atMost: 2 } });
  }
  return marks;
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
