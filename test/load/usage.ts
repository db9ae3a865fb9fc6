import { monotonicMs } from './clock.ts';
import { type ProcessSample, sampleMachine, sampleProcess } from './proc.ts';

/** A process whose CPU time and memory are counted. `sender` and `servers` together are the whole stack. */
export interface Watched {
  name: string;
  pid: number;
  group: 'sender' | 'servers' | 'bench';
}

export interface ProcessUsage {
  name: string;
  group: Watched['group'];
  cpuSeconds: number;
  /** At the end. */
  rssBytes: number;
}

/** What was used from a start to a moment after it. */
export interface Usage {
  seconds: number;
  processes: ProcessUsage[];
  /** Of all processes but those watched, in cores: above 0.1 or so, somebody else was at work on the machine. */
  otherCores: number;
}

/** @returns what has been used since the call; a process that has ended meanwhile is left out */
export function startMeter(watched: readonly Watched[]): () => Usage {
  const startedAtMs = monotonicMs();
  const machineBefore = sampleMachine().busySeconds;
  const before = watched.map(({ pid }) => sampleProcess(pid));

  return () => {
    const seconds = (monotonicMs() - startedAtMs) / 1_000;
    const processes = watched.flatMap((process, index) =>
      usageOf(process, before[index], sampleProcess(process.pid)),
    );
    const busySeconds = sampleMachine().busySeconds - machineBefore;
    const otherCores = Math.max(busySeconds - sum(processes), 0) / seconds;
    return { seconds, processes, otherCores };
  };
}

/** Of the sender and its servers. */
export function stackCpuSeconds({ processes }: Usage): number {
  return sum(processes.filter(({ group }) => group !== 'bench'));
}

function usageOf(
  { name, group }: Watched,
  before: ProcessSample | undefined,
  after: ProcessSample | undefined,
): ProcessUsage[] {
  if (!before || !after) return [];
  return [{ name, group, cpuSeconds: after.cpuSeconds - before.cpuSeconds, rssBytes: after.rssBytes }];
}

function sum(processes: readonly ProcessUsage[]): number {
  return processes.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0);
}
