import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { asContainerEnvironment, brokerBehaviour } from './kafka-config.ts';

interface Service {
  image: string;
  environment?: Record<string, unknown>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  ports?: string[];
  volumes?: string[];
  configs?: { source: string }[];
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const pom = (room: string) => readFileSync(join(ROOT, 'deploy', 'local', room, 'pom.xml'), 'utf8');

let services: Record<string, Service>;
let volumes: Record<string, unknown>;
let configs: Record<string, { file: string }>;

beforeAll(() => {
  const file = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  ({ services, volumes, configs } = parse(file, { merge: true }));
});

test('docker compose runs the versions of the local stack', () => {
  const version = (image: string) => image.split(':')[1];
  expect(pom('kafka')).toContain(`<version>${version(services.kafka!.image)}</version>`);
  expect(pom('registry')).toContain(`<version>${version(services.registry!.image)}</version>`);
  const { optionalDependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
  );
  for (const library of Object.values(optionalDependencies)) {
    expect(library).toMatch(new RegExp(`^${version(services.clickhouse!.image)}\\.`));
  }
});

test("docker compose's broker behaves as a local one", () => {
  const environment = services.kafka?.environment ?? {};
  const asText = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]));
  expect(asText).toMatchObject(asContainerEnvironment(brokerBehaviour(1)));
});

test('nothing waits for a service or uses a volume or a config that docker-compose.yml does not have', () => {
  for (const { depends_on = {}, volumes: mounts = [], configs: given = [] } of Object.values(services)) {
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(services).toHaveProperty(name);
      if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
    }
    for (const mount of mounts) expect(volumes).toHaveProperty(mount.split(':')[0]!);
    for (const { source } of given) expect(configs).toHaveProperty(source);
  }
});

test("docker compose's ClickHouse mutates as a local one", () => {
  const settings = readFileSync(join(ROOT, configs['clickhouse-mutations']!.file), 'utf8');
  const [, name, value] = /<(\w+)>(\d+)</.exec(settings)!;
  const local = readFileSync(join(import.meta.dirname, 'clickhouse-server.ts'), 'utf8');
  expect(local).toContain(`'--${name}=${value}'`);
});

test('every port is published on loopback only', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
});

test('every service of Herald waits until topics, schemas and tables are there', () => {
  const herald = Object.entries(services).filter(([name, { image }]) => image === `herald/${name}`);
  expect(herald.map(([name]) => name).sort()).toEqual([
    'api',
    'dispatcher',
    'logger',
    'producer',
    'replayer',
  ]);
  for (const [, { depends_on }] of herald) {
    expect(depends_on?.setup).toEqual({ condition: 'service_completed_successfully' });
  }
});
