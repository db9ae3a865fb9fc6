import { columns, figure } from '../load/report/columns.ts';
import type { Growth, MemorySample, NodeMemory } from './memory.ts';
import type { Outcomes } from './outcomes.ts';

const MIB = 1024 * 1024;
/** Rows of the table, however long the run. */
const MAX_ROWS = 40;

export interface HostileRun {
  samples: readonly (MemorySample & NodeMemory & { attempts: number })[];
  outcomes: readonly Outcomes[];
  growth: Growth;
}

export function reportOf({ samples, outcomes, growth }: HostileRun): string {
  const every = Math.ceil(samples.length / MAX_ROWS);
  const shown = samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
  return [
    ...columns([
      ['dispatcher after', 'RSS MiB', 'heap MiB', 'buffers MiB', 'attempts'],
      ...shown.map(({ atMs, rssBytes, heapBytes, externalBytes, attempts }) => [
        clock(atMs),
        ...[rssBytes, heapBytes, externalBytes].map(mib),
        figure(attempts),
      ]),
    ]),
    '',
    ...columns([
      ['receiver', 'attempts', 'longest ms', 'ended as'],
      ...outcomes.map(({ receiver, attempts, longestMs, counts }) => [
        receiver.name,
        figure(attempts),
        figure(Math.round(longestMs)),
        [...counts].map(([ended, count]) => `${ended} ${count}`).join(', '),
      ]),
    ]),
    '',
    `RSS after the warm-up ${mib(growth.beforeBytes)} MiB, at the end ${mib(growth.afterBytes)} MiB (medians)`,
  ].join('\n');
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
