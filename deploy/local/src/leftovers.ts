import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const pidFile = (dataDir: string) => join(dataDir, 'pids');

/** Notes a server's process beside its data, for the case that even the watchdog is killed. */
export function rememberPid(dataDir: string, pid: number): void {
  appendFileSync(pidFile(dataDir), `${pid}\n`);
}

/**
 * Ends the servers that an earlier run left on this data. A process is ours when its command line names the data
 * folder; a number that the system has given to another process since then is left alone.
 */
export async function endLeftovers(dataDir: string): Promise<void> {
  if (!existsSync(pidFile(dataDir))) return;
  const pids = readFileSync(pidFile(dataDir), 'utf8').split('\n').map(Number).filter(Boolean);
  for (const pid of pids) {
    while ((await commandOf(pid)).includes(dataDir)) {
      process.kill(pid, 'SIGKILL');
      await sleep(50);
    }
  }
  await rm(pidFile(dataDir));
}

async function commandOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
    return stdout;
  } catch {
    return ''; // ps exits 1 when there is no such process
  }
}
