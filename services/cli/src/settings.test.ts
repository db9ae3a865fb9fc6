import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { integer } from '@herald/service-kit/config';
import { Command } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { UsageFailure } from './failure.ts';
import { apiVariables, kafkaVariables, readSettings, registryVariables, takes } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VARIABLES = { ...kafkaVariables, ...registryVariables };

function read(args: string[], env: NodeJS.ProcessEnv) {
  const program = new Command().option('--env-file <path>');
  let settings: unknown;
  const work = program
    .command('work')
    .option('--rate <n>')
    .action((_flags, command: Command) => {
      const { config, options } = readSettings({
        command,
        env,
        variables: VARIABLES,
        options: { rate: integer({ min: 1, max: 9 }).optional() },
      });
      settings = {
        brokers: config.HERALD_KAFKA_BROKERS,
        registry: config.HERALD_SCHEMA_REGISTRY_URL,
        options,
      };
    });
  takes(work, VARIABLES);
  program.parse(args, { from: 'user' });
  return settings;
}

test('a flag goes before the environment, and the environment before the file', () => {
  const envFile = join(folder, 'env');
  writeFileSync(envFile, 'HERALD_KAFKA_BROKERS=file:1\nHERALD_SCHEMA_REGISTRY_URL=http://file:1\n');
  const env = { HERALD_KAFKA_BROKERS: 'env:1' };
  expect(read(['work', '--env-file', envFile], env)).toMatchObject({
    brokers: ['env:1'],
    registry: 'http://file:1',
  });
  expect(read(['work', '--env-file', envFile, '--brokers', 'flag:1'], env)).toMatchObject({
    brokers: ['flag:1'],
  });
});

test('all mistakes are told at once, each with the flag that would put it right', () => {
  const attempt = () => read(['work', '--rate', 'fast'], { HERALD_KAFKA_BROKERS: 'nonsense' });
  expect(attempt).toThrow(UsageFailure);
  expect(attempt).toThrow(/3 mistakes/);
  expect(attempt).toThrow(/HERALD_KAFKA_BROKERS="nonsense".*--brokers/);
  expect(attempt).toThrow(/HERALD_SCHEMA_REGISTRY_URL is not set.*--registry/);
  expect(attempt).toThrow(/--rate fast: it is not a whole number/);
});

test('a file that cannot be read is a mistake of the command line', () => {
  expect(() => read(['work', '--env-file', join(folder, 'absent')], {})).toThrow(UsageFailure);
});

test("the API's address is refused with a path, which would be cut off before the key is sent there", () => {
  const addressOf = (url: string) =>
    readSettings({
      command: new Command(),
      env: { HERALD_API_URL: url, HERALD_API_KEY: 'hk_x' },
      variables: apiVariables,
    }).config.HERALD_API_URL;
  for (const url of [
    'https://a.example',
    'http://127.0.0.1:8080/',
    'http://[::1]:8080',
    'https://A.example:443',
  ]) {
    expect(addressOf(url)).toBe(url);
  }
  for (const url of ['https://a.example/herald/', 'https://a.example/?x', 'https://u:p@a.example']) {
    expect(() => addressOf(url)).toThrow(/HERALD_API_URL.*more than scheme, host and port/);
  }
  expect(() => addressOf('nonsense')).toThrow(/it is not an http or https URL/);
});
