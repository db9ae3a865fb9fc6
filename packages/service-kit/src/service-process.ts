import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ReadyMessage } from './service.ts';

/** Why a process is no more. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A service from outside: the parent's side of `runService`. */
export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves with what the service announced; undefined when it ended before it was ready. */
  readonly ready: Promise<ReadyMessage | undefined>;
  readonly ended: Promise<Ended>;
  /** SIGTERM: the service drains. Resolves when it is gone. */
  stop(): Promise<Ended>;
  /** As a crash would: no warning, no flush. Resolves when it is gone. */
  kill9(): Promise<Ended>;
}

/** Where standard output and error go: appended to a file, or a line at a time to a function. */
export type ServiceOutput = { file: string } | { onLine: (line: string) => void };

const nodeFlags = [
  // MiB of each half of V8's young generation. A collection takes as long as what it finds alive: at 32 a busy
  // dispatcher delivers as much, and live events beside a replay wait longer.
  '--max-semi-space-size=16',
  // As many helpers as there are cores to spare, not four: a collection lasts until the last of them had its turn.
  '--v8-pool-size=0',
  // A collection of all generations is for when there is something to collect. V8 makes three more after each, two
  // seconds apart, where little is allocated, to give memory back; each stops a dispatcher for 5 to 25 ms.
  '--no-memory-reducer',
  // MiB below which there is none. After one V8 takes as the next limit what little was alive then, half as much again.
  '--initial-old-space-size=192',
  // What outlives collections while a backlog is worked off V8 makes in the old generation from then on, and a delivery
  // that is over keeps alive there, until all generations are collected, whatever young it refers to.
  '--no-allocation-site-pretenuring',
];

export interface ForkOptions {
  name: string;
  /** The path of its main.ts. */
  entry: string;
  /** Default none. */
  args?: readonly string[];
  env: NodeJS.ProcessEnv;
  output: ServiceOutput;
  /** Told every message that it sends, the ready one too. */
  onMessage?: (message: unknown) => void;
}

/**
 * A service as a child process. It ends when its parent does, however that ends, by the loss of the channel between
 * them; and in a group of its own, so that Ctrl-C reaches the parent alone, which then stops its services in order.
 */
export function forkService(options: ForkOptions): ServiceProcess {
  const { name, entry, args = [], env, output, onMessage = () => {} } = options;
  const file = 'file' in output ? openSync(output.file, 'a') : undefined;
  const sink = file ?? 'pipe';
  const child = fork(entry, args, {
    env,
    execArgv: nodeFlags,
    detached: true,
    stdio: ['ignore', sink, sink, 'ipc'],
  });
  if (file !== undefined) closeSync(file);
  if ('onLine' in output) readLines(child, output.onLine);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started from ${entry} by ${process.execPath}`);

  const ready = Promise.withResolvers<ReadyMessage | undefined>();
  const ended = Promise.withResolvers<Ended>();
  child.on('message', (message: Partial<ReadyMessage> | null) => {
    if (message?.type === 'ready') ready.resolve(message as ReadyMessage);
    onMessage(message);
  });
  child.once('exit', (code, signal) => {
    ready.resolve(undefined);
    ended.resolve({ code, signal });
  });

  const send = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended.promise;
  };
  return {
    name,
    pid,
    ready: ready.promise,
    ended: ended.promise,
    stop: () => send('SIGTERM'),
    kill9: () => send('SIGKILL'),
  };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine);
  }
}
