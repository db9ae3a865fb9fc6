import type { Bench } from '../bench.ts';
import { monotonicMs } from '../clock.ts';
import type { HistoryRows, Insight } from '../load-sender.ts';
import { pollUntil } from '../poll.ts';
import { FAN } from '../topology.ts';
import { startMeter, type Usage } from '../usage.ts';
import { eventsFor, publishAll } from './publishing.ts';

export interface Logging {
  rows: number;
  /** Rows brought into ClickHouse a second, from a backlog, with nothing else to do. */
  rowsPerSecond: number;
  usage: Usage;
}

const TIMEOUT_MS = 120_000;

/** Stops the logger, lets a backlog grow, and starts it again. @throws Error when the backlog does not come about */
export async function measureLogging(bench: Bench, insight: Insight): Promise<Logging> {
  const { sender, sink, runs, scale } = bench;
  const copies = FAN.endpoints;
  const before = await insight.rows();
  const routedBefore = await insight.routed();
  await insight.stopLogger();
  try {
    const run = await runs.open('logger backlog', { events: scale.events, copies });
    await publishAll(sender, eventsFor(run, scale.events, [FAN]));
    const grown = await pollUntil(
      async () =>
        (await sink.counts(run)).arrived >= scale.events * copies &&
        (await insight.routed()) >= routedBefore + scale.events,
      { everyMs: 100, timeoutMs: TIMEOUT_MS },
    );
    if (grown === undefined) throw new Error(`the backlog was not there after ${TIMEOUT_MS / 1_000} s`);
  } finally {
    await insight.startLogger();
  }
  const readyAtMs = monotonicMs();
  const startRows = sum(await insight.rows());
  const readMeter = startMeter(sender.processes());
  const wanted = sum(before) + scale.events * (2 + copies);
  const doneAtMs = await pollUntil(async () => sum(await insight.rows()) >= wanted, {
    everyMs: 50,
    timeoutMs: TIMEOUT_MS,
  });
  const rows = sum(await insight.rows()) - startRows;
  const seconds = ((doneAtMs ?? monotonicMs()) - readyAtMs) / 1_000;
  return { rows, rowsPerSecond: rows / seconds, usage: readMeter() };
}

function sum({ events, routes, attempts }: HistoryRows): number {
  return events + routes + attempts;
}
