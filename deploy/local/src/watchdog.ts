import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads orders from a pipe; when the pipe closes, however its writer died, it ends what is still listed. A shell,
 * because it needs 1 MB and no start time, and outlives the process group of a killed test run.
 */
const SCRIPT = `
pids=' '
wipe=
while read -r order argument; do
  case "$order" in
    watch) pids="$pids$argument " ;;
    forget) case "$pids" in *" $argument "*) pids="\${pids%% $argument *} \${pids#* $argument }" ;; esac ;;
    wipe) wipe="$argument" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
if [ -n "$wipe" ]; then
  for try in 1 2 3 4 5; do rm -rf "$wipe" 2>/dev/null && break; sleep 1; done
fi
`;

export interface Watchdog {
  /** The process ends when this one does. */
  watch(pid: number): void;
  forget(pid: number): void;
  /** Ends what is still watched, removes `wipeDir`, and resolves when that is done. */
  close(): Promise<void>;
}

/** @param wipeDir a folder to remove at the end, for data that nobody wants to keep */
export function startWatchdog(wipeDir?: string): Watchdog {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const exited = once(shell, 'exit');
  shell.stdin.on('error', () => {});
  if (wipeDir) shell.stdin.write(`wipe ${wipeDir}\n`);
  return {
    watch: (pid) => void shell.stdin.write(`watch ${pid}\n`),
    forget: (pid) => void shell.stdin.write(`forget ${pid}\n`),
    async close() {
      shell.stdin.end();
      await exited;
    },
  };
}
