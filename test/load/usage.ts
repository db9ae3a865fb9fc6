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

/** Who else was at work meanwhile. */
export interface Company {
  /** Of all processes but those watched, in cores: above 0.1 or so, somebody else was at work on the machine. */
  otherCores: number;
  /** That the host of a virtual machine gave to others while they were wanted here, in cores. */
  stolenCores: number;
}

/** A core that is away for more than a fiftieth of the time is what a p99 shows, whatever was under load. */
export const MAX_STOLEN_CORES = 0.02;

/** What was used from a start to a moment after it. */
export interface Usage extends Company {
  seconds: number;
  processes: ProcessUsage[];
}

/** @returns what has been used since the call; a process that has ended meanwhile is left out */
export function startMeter(watched: readonly Watched[]): () => Usage {
  const startedAtMs = monotonicMs();
  const machineBefore = sampleMachine();
  const before = watched.map(({ pid }) => sampleProcess(pid));

  return () => {
    const seconds = (monotonicMs() - startedAtMs) / 1_000;
    const processes = watched.flatMap((process, index) =>
      usageOf(process, before[index], sampleProcess(process.pid)),
    );
    const machine = sampleMachine();
    const busySeconds = machine.busySeconds - machineBefore.busySeconds;
    const otherCores = Math.max(busySeconds - sum(processes), 0) / seconds;
    const stolenCores = (machine.stolenSeconds - machineBefore.stolenSeconds) / seconds;
    return { seconds, processes, otherCores, stolenCores };
  };
}

/** At most, of several. */
export function mostCompany(each: readonly Company[]): Company {
  return {
    otherCores: Math.max(0, ...each.map(({ otherCores }) => otherCores)),
    stolenCores: Math.max(0, ...each.map(({ stolenCores }) => stolenCores)),
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
