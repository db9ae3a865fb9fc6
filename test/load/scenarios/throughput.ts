import { type Bench, meterAll } from '../bench.ts';
import { monotonicMs } from '../clock.ts';
import type { HistoryRows, Insight } from '../load-sender.ts';
import { pollUntil } from '../poll.ts';
import type { Project } from '../topology.ts';
import type { Usage } from '../usage.ts';
import { eventsFor, publishAll } from './publishing.ts';

export interface Throughput {
  scenario: string;
  events: number;
  deliveries: number;
  /** Of the deliveries, within the time that the scenario has. */
  arrived: number;
  /** Rates a second, each from the first event published to the last of its kind. */
  publishedPerSecond: number;
  routedPerSecond: number | undefined;
  deliveredPerSecond: number;
  /** From the last delivery until the history had all of it; undefined where it did not in time. */
  historyLagSeconds: number | undefined;
  /** Records of steps, over one a delivery: what was parked or tried again. */
  extraAttempts: number | undefined;
  usage: Usage;
}

const TIMEOUT_MS = 120_000;
const HISTORY_TIMEOUT_MS = 60_000;

/** As many events as the scale says, as fast as the sender accepts them, to projects of one shape in turn. */
export async function measureThroughput(
  bench: Bench,
  scenario: string,
  projects: readonly Project[],
): Promise<Throughput> {
  const { sender, sink, runs, scale } = bench;
  const { insight } = sender;
  const copies = projects[0]?.endpoints ?? 0;
  const deliveries = scale.events * copies;
  const run = await runs.open(scenario, { events: scale.events, copies });
  const events = eventsFor(run, scale.events, projects);
  const before = insight && { routed: await insight.routed(), rows: await insight.rows() };

  const readMeter = meterAll(bench);
  const startedAtMs = monotonicMs();
  const [publishedAtMs, routedAtMs] = await Promise.all([
    publishAll(sender, events).then(monotonicMs),
    insight && routedAt(insight, (before?.routed ?? 0) + scale.events),
    pollUntil(async () => (await sink.counts(run)).arrived >= deliveries, {
      everyMs: 50,
      timeoutMs: TIMEOUT_MS,
    }),
  ]);
  const { arrived, lastAtMs } = await sink.counts(run);
  const deliveredAtMs = lastAtMs ?? startedAtMs;
  const loggedAtMs =
    insight && before
      ? await historyAt(insight, before.rows, { events: scale.events, deliveries })
      : undefined;
  const usage = readMeter();

  const perSecond = (count: number, atMs: number) => (count * 1_000) / (atMs - startedAtMs);
  return {
    scenario,
    events: scale.events,
    deliveries,
    arrived,
    publishedPerSecond: perSecond(scale.events, publishedAtMs),
    routedPerSecond: routedAtMs === undefined ? undefined : perSecond(scale.events, routedAtMs),
    deliveredPerSecond: perSecond(arrived, deliveredAtMs),
    historyLagSeconds: loggedAtMs === undefined ? undefined : (loggedAtMs - deliveredAtMs) / 1_000,
    extraAttempts:
      insight && before ? (await insight.rows()).attempts - before.rows.attempts - deliveries : undefined,
    usage,
  };
}

function routedAt(insight: Insight, wanted: number): Promise<number | undefined> {
  return pollUntil(async () => (await insight.routed()) >= wanted, { everyMs: 100, timeoutMs: TIMEOUT_MS });
}

function historyAt(
  insight: Insight,
  before: HistoryRows,
  { events, deliveries }: { events: number; deliveries: number },
): Promise<number | undefined> {
  return pollUntil(
    async () => {
      const rows = await insight.rows();
      return (
        rows.events - before.events >= events &&
        rows.routes - before.routes >= events &&
        rows.attempts - before.attempts >= deliveries
      );
    },
    { everyMs: 200, timeoutMs: HISTORY_TIMEOUT_MS },
  );
}
