import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Where all share the cores, this process goes after those of a lower `nice` (0 to 19), with all its threads: on Linux
 * each has a priority of its own, and V8's collect garbage at the one that the process began with.
 */
export function giveWay(nice: number): void {
  for (const thread of threads()) {
    try {
      setPriority(thread, nice);
    } catch (error) {
      // It has ended meanwhile.
      if ((error as NodeJS.ErrnoException & { info?: { code: string } }).info?.code !== 'ESRCH') throw error;
    }
  }
  if (leadsSession()) giveWayAsSession(nice);
}

/** 0 is the one that asks; where it is not known which others there are, it is all. */
function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}

/** Started by itself, as `herald up` starts services, and not from a shell whose other processes are in the session. */
function leadsSession(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // proc_pid_stat(5): the session is field 6. The name, field 2, may hold spaces and parentheses.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === process.pid;
  } catch {
    return false;
  }
}

/**
 * Where the kernel shares the cores among sessions, a priority counts within the session only: sched(7), "The autogroup
 * feature". Who is not root may say so ten times a second, all processes of the machine together.
 */
function giveWayAsSession(nice: number): void {
  for (let tries = 0; tries < 5; tries++) {
    try {
      writeFileSync('/proc/self/autogroup', String(nice));
      return;
    } catch (error) {
      // A kernel without it, or a container that may not write there: the priority of the threads is all there is.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}
