import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError, parseConfig, variable } from '@herald/service-kit/config';
import { clickhouseConfig, kafkaConfig, schemaRegistryConfig } from '@herald/service-kit/config-fragments';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { UsageFailure } from './failure.ts';

/** What a command reads from the environment, a service at a time: fragments to spread into its variables. */
export const kafkaVariables = kafkaConfig;
export const registryVariables = schemaRegistryConfig;
export const clickhouseVariables = clickhouseConfig;
export const apiVariables = {
  HERALD_API_URL: variable(
    z
      .url({ protocol: /^https?$/, error: 'it is not an http or https URL' })
      // A path would be cut off, and the key go to whoever serves the host without it.
      .refine(isOrigin, 'it has more than scheme, host and port'),
    { expects: "the address of Herald's API", example: 'http://127.0.0.1:8080' },
  ),
  HERALD_API_KEY: variable(z.string().startsWith('hk_', 'it does not begin with hk_'), {
    expects: 'a key made by herald keys create',
    example: 'hk_…',
    secret: true,
  }),
};

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/`;
}

/** Flags that stand for a variable; the flag wins. Secrets have none: a command line is seen by other users. */
const FLAGS: Readonly<Record<string, Option>> = {
  HERALD_KAFKA_BROKERS: new Option('--brokers <host:port,…>', 'Kafka (HERALD_KAFKA_BROKERS)'),
  HERALD_SCHEMA_REGISTRY_URL: new Option('--registry <url>', 'schema registry (HERALD_SCHEMA_REGISTRY_URL)'),
  HERALD_CLICKHOUSE_URL: new Option('--clickhouse <url>', 'ClickHouse (HERALD_CLICKHOUSE_URL)'),
  HERALD_CLICKHOUSE_DATABASE: new Option('--database <name>', 'its database (HERALD_CLICKHOUSE_DATABASE)'),
  HERALD_API_URL: new Option('--api <url>', 'the API (HERALD_API_URL); its key is HERALD_API_KEY'),
};

export type Variables = Readonly<Record<string, z.ZodType>>;

/** Gives `command` the flags of the variables that it reads. */
export function takes(command: Command, variables: Variables): Command {
  for (const name of Object.keys(variables)) {
    const flag = FLAGS[name];
    if (flag) command.addOption(flag);
  }
  return command;
}

export interface SettingsSource<V extends z.core.$ZodLooseShape, O extends z.core.$ZodLooseShape> {
  command: Command;
  env: NodeJS.ProcessEnv;
  variables: V;
  /** Schemas of the command's other options, by commander's name for them. */
  options?: O;
}

/** Flags, then the environment, then the file of `--env-file`. @throws UsageFailure with every mistake at once */
export function readSettings<
  V extends z.core.$ZodLooseShape,
  O extends z.core.$ZodLooseShape = Record<never, never>,
>(source: SettingsSource<V, O>): { config: z.output<z.ZodObject<V>>; options: z.output<z.ZodObject<O>> } {
  const given: Record<string, unknown> = source.command.optsWithGlobals();
  const env = { ...environmentOf(source.command, source.env), ...flagsOf(source.variables, given) };
  const mistakes: string[] = [];
  let config: z.output<z.ZodObject<V>> | undefined;
  try {
    config = parseConfig(z.object(source.variables), env) as z.output<z.ZodObject<V>>;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    mistakes.push(...error.mistakes.map(({ variable: name, message }) => withFlag(name, message)));
  }
  const options = z.object(source.options ?? ({} as O)).safeParse(given);
  for (const issue of options.error?.issues ?? []) mistakes.push(optionMistake(issue, given));
  if (mistakes.length > 0 || !config || !options.data) throw new UsageFailure(mistakes);
  return { config, options: options.data };
}

/** The environment of a command, with the file of `--env-file` under it. */
export function environmentOf(command: Command, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { envFile } = command.optsWithGlobals<{ envFile?: string }>();
  if (envFile === undefined) return env;
  try {
    return { ...parseEnv(readFileSync(envFile, 'utf8')), ...env };
  } catch (error) {
    throw new UsageFailure([`--env-file ${envFile} cannot be read: ${(error as Error).message}`]);
  }
}

function flagsOf(variables: Variables, given: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(variables).flatMap((name) => {
      const value = given[FLAGS[name]?.attributeName() ?? ''];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

function withFlag(name: string, message: string): string {
  const flag = FLAGS[name];
  return flag ? `${message} (or ${flag.long})` : message;
}

function optionMistake(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(issue.path[0]);
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return given[name] === undefined
    ? `${flag} is missing: ${issue.message}`
    : `${flag} ${given[name]}: ${issue.message}`;
}
