import type { Terminal } from './terminal.ts';
import { ago } from './when.ts';

/** As the API answers them: the fields that are shown. */
export interface Figures {
  attempts: {
    total: number;
    verdicts: { delivered: number; retry: number; dead: number; hold: number; none: number };
    outcomes: Record<string, number>;
    success_rate: number | null;
    duration_ms: { p50: number; p95: number; p99: number } | null;
  };
  deliveries: Record<'total' | 'delivered' | 'waiting' | 'pending' | 'held' | 'dead' | 'cancelled', number>;
}

export interface Stats {
  as_of: string | null;
  from: string;
  to: string;
  total: Figures;
  buckets: Array<Figures & { from: string }>;
}

export interface EndpointStats {
  items: Array<{ endpoint_id: string; attempts: Figures['attempts'] }>;
}

export interface Lag {
  as_of: string | null;
  items: Array<{
    endpoint_id: string;
    open: number;
    pending: number;
    waiting: number;
    held: number;
    oldest_due_at: string;
    lag_seconds: number | null;
  }>;
}

const STATES = ['delivered', 'waiting', 'pending', 'held', 'dead', 'cancelled'] as const;
const BAR_CELLS = 24;

/** The sums first, then a line a bucket that something happened in, with the attempts as a bar. */
export function showStats({ as_of, from, to, total, buckets }: Stats, terminal: Terminal): void {
  const { print, table, colors } = terminal;
  print(`${from} to ${to}${as_of === null ? '' : `, as of ${as_of}`}`);
  const { attempts, deliveries } = total;
  print(`attempts    ${attempts.total}: ${outcomesText(attempts.outcomes)}`);
  if (attempts.total > 0) {
    print(`            ${percent(attempts.success_rate)} delivered, ${durationText(attempts.duration_ms)}`);
  }
  print(
    `deliveries  ${deliveries.total}: ${STATES.map((state) => `${deliveries[state]} ${state}`).join(', ')}`,
  );
  const busy = buckets.filter((bucket) => bucket.attempts.total + bucket.deliveries.total > 0);
  if (busy.length === 0) return;
  print('');
  const most = Math.max(...busy.map((bucket) => bucket.attempts.total));
  table(
    ['from', 'attempts', 'success', 'p50', 'p95', 'p99', 'deliveries', 'dead', ''],
    busy.map((bucket) => [
      bucket.from,
      String(bucket.attempts.total),
      percent(bucket.attempts.success_rate),
      ...durations(bucket.attempts),
      String(bucket.deliveries.total),
      bucket.deliveries.dead > 0 ? colors.red(String(bucket.deliveries.dead)) : '0',
      bar(bucket.attempts, most, colors),
    ]),
  );
}

export function showEndpoints({ items }: EndpointStats, { table, colors }: Terminal): void {
  const most = Math.max(...items.map(({ attempts }) => attempts.total));
  table(
    ['endpoint', 'attempts', 'success', 'p50', 'p95', 'p99', 'outcomes', ''],
    items.map(({ endpoint_id, attempts }) => [
      endpoint_id,
      String(attempts.total),
      percent(attempts.success_rate),
      ...durations(attempts),
      outcomesText(attempts.outcomes),
      bar(attempts, most, colors),
    ]),
    'no attempts in this time',
  );
}

export function showLag(
  { as_of, items }: Lag,
  { print, note, table, colors }: Terminal,
  nowMs: number,
): void {
  if (as_of === null) note('The logger has not caught up yet: no lag is known.');
  else print(`as of ${as_of} (${ago(Date.parse(as_of), nowMs)})`);
  table(
    ['endpoint', 'open', 'pending', 'waiting', 'held', 'oldest due', 'lag'],
    items.map((item) => [
      item.endpoint_id,
      ...[item.open, item.pending, item.waiting, item.held].map(String),
      ago(Date.parse(item.oldest_due_at), nowMs),
      lagText(item.lag_seconds, colors),
    ]),
    'no endpoint has open deliveries',
  );
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : 1)} %`;
}

function lagText(seconds: number | null, colors: Terminal['colors']): string {
  if (seconds === null) return '–';
  return seconds === 0 ? '0 s' : colors.yellow(`${Math.ceil(seconds)} s`);
}

function outcomesText(outcomes: Record<string, number>): string {
  const most = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  return most.length === 0 ? 'none' : most.map(([outcome, count]) => `${count} × ${outcome}`).join(', ');
}

function durationText(duration: Figures['attempts']['duration_ms']): string {
  if (!duration) return 'no time to tell';
  const { p50, p95, p99 } = duration;
  return `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}, p99 ${milliseconds(p99)}`;
}

function durations({ duration_ms }: Figures['attempts']): string[] {
  return (['p50', 'p95', 'p99'] as const).map((share) => milliseconds(duration_ms?.[share]));
}

function milliseconds(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** What was delivered and what was not, in one length for all buckets. */
function bar({ total, verdicts }: Figures['attempts'], most: number, colors: Terminal['colors']): string {
  if (most === 0) return '';
  const cells = (count: number) => Math.round((count / most) * BAR_CELLS);
  const all = Math.max(cells(total), total > 0 ? 1 : 0);
  const good = Math.min(cells(verdicts.delivered), all);
  return `${colors.green('█'.repeat(good))}${colors.red('░'.repeat(all - good))}`;
}
