import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { endpointConfig } from '@herald/registry/config-fragments';
import { forkService, type ServiceOutput } from '@herald/service-kit/service-process';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { formatLogLine } from '../log-line.ts';
import { entryOf, environmentOfService, SERVICES, type ServiceName } from '../services.ts';
import {
  clickhouseVariables,
  environmentOf,
  kafkaVariables,
  readSettings,
  registryVariables,
  takes,
} from '../settings.ts';
import { stopRequested } from '../stop.ts';
import { type Change, supervise } from '../supervisor.ts';
import type { Terminal } from '../terminal.ts';

/** What the services share: a mistake in it is told once, before any of them starts. */
const VARIABLES = { ...kafkaVariables, ...registryVariables, ...clickhouseVariables, ...endpointConfig };

interface Flags {
  logDir?: string;
  json?: boolean;
}

export function addUp(program: Command, context: Context): void {
  const up = program
    .command('up')
    .description(`run ${SERVICES.join(', ')} until Ctrl-C; one that crashes is started again`)
    .option('--log-dir <path>', "a file for each service's log, instead of this terminal")
    .option('--json', "the services' own JSON log lines, as they are")
    .action((flags: Flags, command: Command) => run(flags, command, context));
  takes(up, VARIABLES);
}

async function run(flags: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config } = readSettings({ command, env, variables: VARIABLES });
  const serviceEnv = {
    ...environmentOf(command, env),
    HERALD_KAFKA_BROKERS: config.HERALD_KAFKA_BROKERS.join(','),
    HERALD_SCHEMA_REGISTRY_URL: config.HERALD_SCHEMA_REGISTRY_URL,
    HERALD_CLICKHOUSE_URL: config.HERALD_CLICKHOUSE_URL,
    HERALD_CLICKHOUSE_DATABASE: config.HERALD_CLICKHOUSE_DATABASE,
  };
  if (flags.logDir) mkdirSync(flags.logDir, { recursive: true });

  const supervisor = supervise({
    services: SERVICES,
    fork: (service) =>
      forkService({
        name: service,
        entry: entryOf(service),
        env: environmentOfService(service as ServiceName, serviceEnv),
        output: outputOf(service, flags, terminal),
      }),
    onChange(change) {
      tell(change, flags, terminal);
      // A parent that forked this command follows along.
      if (process.connected) process.send?.(change);
    },
  });

  const stop = stopRequested(process);
  if ((await Promise.race([supervisor.ready, stop.first.then(() => true)])) === false) {
    await supervisor.stop();
    throw new CommandFailure(whyNot(flags));
  }
  if (process.connected) process.send?.({ type: 'ready' });
  void stop.first.then(() => stop.second.then(() => supervisor.stop()));
  await stop.first;
  terminal.note('stopping');
  await supervisor.stop();
  // The channel to a parent would keep this process alive.
  if (process.connected) process.disconnect?.();
}

function outputOf(service: string, { logDir, json }: Flags, terminal: Terminal): ServiceOutput {
  if (logDir) return { file: join(logDir, `${service}.log`) };
  return {
    onLine: (line) =>
      json ? terminal.jsonLine(line) : terminal.print(formatLogLine(service, line, terminal.colors)),
  };
}

function whyNot({ logDir }: Flags): string {
  return `A service ended before it was ready: ${logDir ? `its log is in ${logDir}` : 'its last lines are above'}.`;
}

function tell(change: Change, { json, logDir }: Flags, terminal: Terminal): void {
  const { colors } = terminal;
  const name = colors.cyan(change.service.padEnd(10));
  if (json && !logDir) return;
  if (change.kind === 'ready') {
    const { type: _type, service: _service, ...addresses } = change.ready;
    const shown = Object.entries(addresses).map(([key, address]) => `${colors.dim(key)} ${address}`);
    terminal.print(`${name} ${colors.green('ready')}  pid ${change.pid}  ${shown.join('  ')}`);
  } else if (change.kind === 'ended') {
    const { code, signal } = change.ended;
    const how = signal ?? `exit code ${code}`;
    terminal.print(`${name} ${colors.red('ended')}  by ${how}; starts again in ${change.restartInMs} ms`);
  }
}
