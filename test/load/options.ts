import { OptionError, parseFlags } from '../tool/options.ts';
import { SERVICES, type ServiceName } from './herald/herald-services.ts';
import type { Watched } from './usage.ts';

export const USAGE = `npm run bench -- [options]
  --quick                       small loads: whether it works, and where the numbers are about
  --only a,b                    some of: idle one fan many latency isolation replay logger
  --json                        the results as one JSON object on standard output, progress on standard error
  --profile dispatcher          leave a CPU profile of one of Herald's services
another sender, under the same load:
  --publish-url URL             takes one event as JSON in each POST; Herald is not started
  --publish-authorization TEXT  of the authorization field
  --watch name=pid              one of its processes, for CPU time and memory; may be given again
  --sink-port N                 where its endpoints are to point; default a free port
  --endpoints                   print what endpoints it needs, a line of JSON each, and end
  --help`;

export const SCENARIOS = ['idle', 'one', 'fan', 'many', 'latency', 'isolation', 'replay', 'logger'] as const;

export type Scenario = (typeof SCENARIOS)[number];

export interface BenchOptions {
  help: boolean;
  quick: boolean;
  json: boolean;
  only: ReadonlySet<Scenario>;
  profile: ServiceName | undefined;
  /** Undefined for Herald itself. */
  other: OtherSender | undefined;
  sinkPort: number;
  /** Print the endpoints and end. */
  endpoints: boolean;
}

export interface OtherSender {
  publishUrl: string;
  authorization: string | undefined;
  watched: Watched[];
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  quick: { type: 'boolean' },
  json: { type: 'boolean' },
  only: { type: 'string' },
  profile: { type: 'string' },
  'publish-url': { type: 'string' },
  'publish-authorization': { type: 'string' },
  watch: { type: 'string', multiple: true },
  'sink-port': { type: 'string' },
  endpoints: { type: 'boolean' },
} as const;

/** @throws OptionError */
export function readOptions(args: readonly string[]): BenchOptions {
  const flags = parseFlags(args, FLAGS, USAGE);
  const sinkPort = portOf(flags['sink-port'] ?? '0');
  if (flags.endpoints && sinkPort === 0)
    throw new OptionError('--endpoints needs --sink-port, or they move.');
  return {
    help: flags.help ?? false,
    quick: flags.quick ?? false,
    json: flags.json ?? false,
    only: scenariosOf(flags.only),
    profile: serviceOf(flags.profile),
    other: otherOf(flags['publish-url'], flags['publish-authorization'], flags.watch ?? []),
    sinkPort,
    endpoints: flags.endpoints ?? false,
  };
}

function scenariosOf(text: string | undefined): ReadonlySet<Scenario> {
  if (text === undefined) return new Set(SCENARIOS);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !SCENARIOS.includes(name as Scenario));
  if (unknown.length > 0) {
    throw new OptionError(`--only has ${unknown.join(', ')}, but there are ${SCENARIOS.join(', ')}.`);
  }
  return new Set(names as Scenario[]);
}

function serviceOf(text: string | undefined): ServiceName | undefined {
  if (text === undefined || SERVICES.includes(text as ServiceName)) return text as ServiceName | undefined;
  throw new OptionError(`--profile is ${text}, but there are ${SERVICES.join(', ')}.`);
}

function otherOf(
  publishUrl: string | undefined,
  authorization: string | undefined,
  watch: readonly string[],
): OtherSender | undefined {
  if (publishUrl === undefined) return undefined;
  if (!/^https?:$/.test(URL.parse(publishUrl)?.protocol ?? '')) {
    throw new OptionError(`--publish-url is ${publishUrl}, which is no http or https URL.`);
  }
  return { publishUrl, authorization, watched: watch.map(watchedOf) };
}

function watchedOf(text: string): Watched {
  const [, name, pid] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined) throw new OptionError(`--watch is ${text}, but it takes name=pid.`);
  return { name, pid: Number(pid), group: 'sender' };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new OptionError(`--sink-port is ${text}, but a port is a number from 0 to 65535.`);
}
