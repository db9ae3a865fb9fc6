import { medianRound } from '../percentiles.ts';
import type { Results, Round } from '../results.ts';
import type { Throughput } from '../scenarios/throughput.ts';
import { MAX_STOLEN_CORES, mostCompany, type Usage } from '../usage.ts';
import { columns, figure } from './columns.ts';
import { type Bound, barePerSecond, holds, type Mark, marksOf } from './marks.ts';

/** What a machine does by itself. */
const MAX_COMPANY_CORES = 0.2;

/** The results as text, ratios first. */
export function reportOf(results: Results): string {
  const { machine, scale, sender } = results;
  const { cores, cpu, memoryGiB, os, node, loadBefore } = machine;
  return [
    `${sender}, ${scale} scale, on ${cores} cores (${cpu}), ${memoryGiB} GiB, ${os}, Node ${node}, load before ${figure(loadBefore)}`,
    companyOf(results),
    section('Against floors and goals', marksTable(marksOf(results))),
    section('Throughput', throughputTable(results)),
    section(
      'Event → POST from when it was due, ms; each the round in the middle, max of all',
      latencyTable(results),
    ),
    section('Logger, from a backlog', loggingTable(results)),
    section('CPU time, milliseconds a delivery', cpuTable(results)),
    section('Memory at the end of each, MiB', memoryTable(results.throughput)),
    section('Idle CPU, % of a core', idleTable(results.idle)),
    section('Rounds left out, for the host kept cores back: p99, ms', disturbedTable(results)),
    section('Account of the sink', accountTable(results)),
    section('Did not come to a result', problemsTable(results)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Figures of a machine that others use too are not those of the machine. */
function companyOf({ throughput, latency, isolation, replay, machine }: Results): string {
  const measured = [...throughput.map(({ usage }) => usage), isolation, replay, ...latency];
  const { otherCores, stolenCores } = mostCompany(measured.filter((each) => each !== undefined));
  const company = [
    otherCores > MAX_COMPANY_CORES && `other processes used up to ${figure(otherCores)}`,
    stolenCores > MAX_STOLEN_CORES && `the host kept back up to ${figure(stolenCores)}`,
  ].filter((each) => each !== false);
  if (company.length === 0) return '';
  return `NOT ALONE: ${company.join(' and ')} of ${machine.cores} cores; only ratios mean something, and they waver`;
}

function section(title: string, rows: string[][]): string {
  return rows.length < 2 ? '' : [title, ...columns(rows).map((line) => `  ${line}`)].join('\n');
}

function marksTable(marks: readonly Mark[]): string[][] {
  const held = (value: number, bound: Bound | undefined) => {
    if (!bound) return '';
    const [sign, limit] = 'atLeast' in bound ? ['≥', bound.atLeast] : ['≤', bound.atMost];
    return `${sign} ${figure(limit)} ${holds(value, bound) ? 'yes' : 'NO'}`;
  };
  return [
    ['', 'measured', 'floor', 'goal'],
    ...marks.map(({ what, value, unit, floor, goal }) => [
      what,
      `${figure(value)} ${unit}`.trim(),
      held(value, floor),
      held(value, goal),
    ]),
  ];
}

function throughputTable(results: Results): string[][] {
  const bare = barePerSecond(results.bare);
  return [
    [
      '',
      'published/s',
      'routed/s',
      'delivered/s',
      '÷ bare',
      'history after, s',
      'extra steps',
      'other cores',
    ],
    ...results.bare.map(({ requests, seconds }) => [
      'signed bare loop',
      '',
      '',
      figure(requests / seconds),
      '1',
      '',
      '',
      '',
    ]),
    ...results.throughput.map((each) => [
      each.arrived < each.deliveries ? `${each.scenario} (INCOMPLETE)` : each.scenario,
      figure(each.publishedPerSecond),
      figure(each.routedPerSecond),
      figure(each.deliveredPerSecond),
      figure(bare && each.deliveredPerSecond / bare),
      figure(each.historyLagSeconds),
      figure(each.extraAttempts),
      figure(each.usage.otherCores),
    ]),
  ];
}

function latencyTable({ latency, isolation, replay }: Results): string[][] {
  const row = (
    name: string,
    { p50, p90, p99, max }: { p50: number; p90: number; p99: number; max: number },
  ) => [name, figure(p50), figure(p90), figure(p99), figure(max)];
  return [
    ['', 'p50', 'p90', 'p99', 'max', 'bench late p50', 'p99', 'refused', 'other cores'],
    ...latency.map(({ scenario, latencyMs, benchLateMs, refused, otherCores }) => [
      ...row(scenario, latencyMs),
      figure(benchLateMs.p50),
      figure(benchLateMs.p99),
      figure(refused),
      figure(otherCores),
    ]),
    ...(isolation
      ? [
          row(
            `9 of 10 endpoints at ${isolation.ratePerSecond}/s`,
            medianRound(isolation.rounds.map(({ withoutMs }) => withoutMs)),
          ),
          [
            ...row(
              'the same while the tenth hangs',
              medianRound(isolation.rounds.map(({ withMs }) => withMs)),
            ),
            ...['', '', ''],
            figure(isolation.otherCores),
          ],
        ]
      : []),
    ...(replay
      ? [
          row(
            `live at ${replay.liveRatePerSecond}/s`,
            medianRound(replay.rounds.map(({ withoutMs }) => withoutMs)),
          ),
          [
            ...row(
              `the same beside a replay of ${replay.replayedPerSecond}/s`,
              medianRound(replay.rounds.map(({ withMs }) => withMs)),
            ),
            ...['', '', ''],
            figure(replay.otherCores),
          ],
        ]
      : []),
  ];
}

function loggingTable({ logging }: Results): string[][] {
  if (!logging) return [];
  return [
    ['rows', 'rows/s'],
    [figure(logging.rows), figure(logging.rowsPerSecond)],
  ];
}

function cpuTable({ throughput, bare }: Results): string[][] {
  const each = (cpuSeconds: number, count: number) => (cpuSeconds * 1_000) / count;
  return [
    ...perProcess(throughput, ({ cpuSeconds }, { arrived }) => each(cpuSeconds, arrived)),
    ...bare.map(({ cpuSeconds, requests }) => ['(signed bare loop)', figure(each(cpuSeconds, requests))]),
  ];
}

function memoryTable(throughput: readonly Throughput[]): string[][] {
  return perProcess(throughput, ({ rssBytes }) => Math.round(rssBytes / 2 ** 20));
}

function perProcess(
  throughput: readonly Throughput[],
  figureOf: (process: Usage['processes'][number], scenario: Throughput) => number,
): string[][] {
  const names = throughput[0]?.usage.processes.map(({ name }) => name) ?? [];
  return [
    ['', ...names],
    ...throughput.map((scenario) => [
      scenario.scenario,
      ...names.map((name) => {
        const process = scenario.usage.processes.find((each) => each.name === name);
        return figure(process && figureOf(process, scenario));
      }),
    ]),
  ];
}

function idleTable(idle: Usage | undefined): string[][] {
  if (!idle) return [];
  return [
    idle.processes.map(({ name }) => name),
    idle.processes.map(({ cpuSeconds }) => figure((cpuSeconds / idle.seconds) * 100)),
  ];
}

function disturbedTable({ isolation, replay }: Results): string[][] {
  const rows = (name: string, rounds: readonly Round[] = []) =>
    rounds.map(({ withoutMs, withMs }) => [name, figure(withoutMs.p99), figure(withMs.p99)]);
  return [
    ['', 'without', 'with'],
    ...rows('one endpoint hangs', isolation?.disturbed),
    ...rows('a replay', replay?.disturbed),
  ];
}

function accountTable({ account }: Results): string[][] {
  return [
    ['', 'expected', 'arrived', 'missing', 'twice', 'owed to the one that hung'],
    ...account.map(({ run, expected, arrived, missing, duplicates, owedToHanging }) => [
      run,
      ...[expected, arrived, missing, duplicates, owedToHanging].map(figure),
    ]),
  ];
}

function problemsTable({ problems }: Results): string[][] {
  return [['', ''], ...problems.map(({ scenario, problem }) => [scenario, problem])];
}
