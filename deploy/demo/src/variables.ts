import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { StackCoordinates } from '@herald/local-stack/stack';
import type { DemoPorts } from './ports.ts';

/** What `herald` and its services need to know of this run's stack. */
export function variablesOf(stack: StackCoordinates, ports: DemoPorts): Record<string, string> {
  return {
    HERALD_KAFKA_BROKERS: stack.brokers.join(','),
    HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
    HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
    HERALD_CLICKHOUSE_DATABASE: stack.clickhouseDatabase,
    HERALD_SEALING_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    // The receivers are on this machine, where webhooks may not go otherwise.
    HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
    HERALD_API_PORT: String(ports.api),
    HERALD_INGEST_PORT: String(ports.ingest),
    HERALD_API_URL: `http://127.0.0.1:${ports.api}`,
    HERALD_INGEST_URL: `http://127.0.0.1:${ports.ingest}`,
  };
}

/** As `herald --env-file` reads them. */
export function writeVariables(file: string, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}
