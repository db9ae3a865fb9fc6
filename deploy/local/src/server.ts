import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackProblem } from './problem.ts';

/** One server of the stack. It always comes back at the same port with the same data. */
export interface Server {
  readonly name: string;
  /** Undefined while it is not running. */
  readonly pid: number | undefined;
  /** Resolves when a real request is answered. @throws StackProblem */
  start(): Promise<void>;
  /** Asks it to end, and kills it when it has not within `stopTimeoutMs`. */
  stop(): Promise<void>;
  /** Ends it as a crash would: no warning, no flush. Resolves when it is gone. */
  kill9(): Promise<void>;
}

export interface Launch {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

export interface ServerPlan {
  name: string;
  logFile: string;
  stopTimeoutMs: number;
  readyTimeoutMs: number;
  /** Makes sure of everything that a start needs; throws StackProblem. */
  prepare(): Promise<Launch>;
  /** One real request: resolves true when it was answered as it should be; may reject while it is not up. */
  probe(): Promise<boolean>;
}

/** Who wants to know which processes there are. */
export interface Processes {
  started(pid: number): void;
  ended(pid: number): void;
}

export function createServer(plan: ServerPlan, processes: Processes): Server {
  let running: { child: ChildProcess; exited: Promise<string> } | undefined;

  const launch = ({ command, args, env }: Launch) => {
    const log = openSync(plan.logFile, 'a');
    try {
      const child = spawn(command, args, {
        env,
        stdio: ['pipe', log, log],
        detached: true, // Ctrl-C goes to the foreground group; the stack ends its servers itself, in order
      });
      const { promise: exited, resolve } = Promise.withResolvers<string>();
      const { pid } = child;
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        if (pid !== undefined) processes.ended(pid);
        running = undefined;
        resolve(`${signal ?? `code ${code}`}`);
      });
      if (pid !== undefined) processes.started(pid);
      running = { child, exited };
      return running;
    } finally {
      closeSync(log);
    }
  };

  const end = async (ask: (child: ChildProcess) => void, timeoutMs: number) => {
    if (!running) return;
    const { child, exited } = running;
    ask(child);
    const ended = await Promise.race([exited, sleep(timeoutMs, undefined, { ref: false })]);
    if (ended === undefined) {
      child.kill('SIGKILL');
      await exited;
    }
  };

  return {
    name: plan.name,
    get pid() {
      return running?.child.pid;
    },
    async start() {
      if (running) return;
      const { exited } = launch(await plan.prepare());
      const ready = new AbortController();
      const why = await Promise.race([
        answered(plan, ready.signal),
        exited.then((how) => `ended at once (${how})`),
        sleep(plan.readyTimeoutMs, `gave no answer within ${plan.readyTimeoutMs / 1000} s`, { ref: false }),
      ]);
      ready.abort();
      if (why === undefined) return;
      await this.kill9();
      throw new StackProblem(
        `${plan.name} ${why}; the end of its log (${plan.logFile}) says: ${logTail(plan.logFile)}`,
      );
    },
    stop: () => end((child) => child.kill('SIGTERM'), plan.stopTimeoutMs),
    kill9: () => end((child) => child.kill('SIGKILL'), 10_000),
  };
}

async function answered(plan: ServerPlan, ended: AbortSignal): Promise<undefined> {
  while (!ended.aborted) {
    if (await plan.probe().catch(() => false)) return;
    await sleep(50);
  }
}

function logTail(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.slice(-3).join(' | ').slice(-600) || '(nothing)';
}
