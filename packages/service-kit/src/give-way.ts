import { readdirSync } from 'node:fs';
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
}

/** 0 is the one that asks; where it is not known which others there are, it is all. */
function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}
