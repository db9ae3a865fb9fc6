import { existsSync, readFileSync } from 'node:fs';

/** What a process has used, and holds. */
export interface ProcessSample {
  /** In user and kernel mode, all threads, since it started. */
  cpuSeconds: number;
  rssBytes: number;
}

/** What the whole machine has used, and what it was refused. */
export interface MachineSample {
  busySeconds: number;
  /** Wanted by programs here while the host of a virtual machine gave the core to somebody else. */
  stolenSeconds: number;
}

/** USER_HZ, in which Linux tells times to programs: 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

export function hasProc(): boolean {
  return existsSync('/proc/self/stat');
}

/** Undefined for a process that is gone. */
export function sampleProcess(pid: number): ProcessSample | undefined {
  try {
    return {
      cpuSeconds: parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'latin1')),
      rssBytes: parseRssBytes(readFileSync(`/proc/${pid}/status`, 'latin1')),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

export function sampleMachine(): MachineSample {
  return parseMachine(readFileSync('/proc/stat', 'latin1'));
}

/** proc_pid_stat(5): utime and stime are fields 14 and 15. The name, field 2, may hold spaces and parentheses. */
export function parseCpuSeconds(stat: string): number {
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fromThird[11]) + Number(fromThird[12])) / TICKS_PER_SECOND;
}

/** proc_pid_status(5). Not field 24 of stat, whose unit is a page of unknown size. */
export function parseRssBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
}

/** proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal, …; guest time is in user time already. */
export function parseMachine(stat: string): MachineSample {
  const [user, nice, system, , , irq, softirq, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const busy = [user, nice, system, irq, softirq].reduce<number>((sum, ticks = 0) => sum + ticks, 0);
  return { busySeconds: busy / TICKS_PER_SECOND, stolenSeconds: steal / TICKS_PER_SECOND };
}
