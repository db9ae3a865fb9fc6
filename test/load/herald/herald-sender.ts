import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { createPublisher } from '@herald/publisher/publisher';
import { createSealing } from '@herald/registry/sealing';
import { eventInputOf } from '../load-event.ts';
import type { LoadSender } from '../load-sender.ts';
import type { Watched } from '../usage.ts';
import { within } from '../within.ts';
import { createEndpoints } from './endpoints.ts';
import { createHeraldServices, SERVICES, type ServiceName } from './herald-services.ts';
import { openProgress } from './insight.ts';
import { startReplay } from './replays.ts';

const CLOSE_TIMEOUT_MS = 10_000;

export interface HeraldOptions {
  sinkUrl: string;
  profiled: ServiceName | undefined;
  onProgress: (line: string) => void;
}

/** Starts servers of its own on random ports and Herald's services on them, with data that goes when it ends. */
export async function startHerald({ sinkUrl, profiled, onProgress }: HeraldOptions): Promise<LoadSender> {
  const closing = new AsyncDisposableStack();
  try {
    const stack = await startStack({ onProgress });
    closing.defer(() => stack.stop());
    const logDir = mkdtempSync(join(tmpdir(), 'herald-bench-'));
    const connection = { brokers: stack.brokers, clientId: 'herald-bench', logger: { log() {} } };
    const source = connectSchemaRegistry({ url: stack.registryUrl });
    await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
    for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);

    const keys = `k1:${randomBytes(32).toString('base64')}`;
    const services = createHeraldServices({ env: environmentOf(stack, keys), logDir, profiled });
    closing.defer(() => services.stopAll());
    await Promise.all(SERVICES.map((service) => services.start(service)));
    onProgress(`${SERVICES.join(', ')} are ready, their logs are in ${logDir}`);

    const publisher = await createPublisher({ ...connection, registry: stack.registryUrl });
    // It waits for Kafka without end, which may be what has died.
    closing.defer(() => within(publisher.close(), CLOSE_TIMEOUT_MS, 'the flush of the publisher'));
    const progress = await openProgress(connection, stack);
    closing.defer(() => progress.close());

    return {
      name: 'Herald',
      processes: () => [...services.processes(), ...serversOf(stack)],
      subscribe: (projects) =>
        createEndpoints(projects, { connection, source, sealing: createSealing(keys), sinkUrl }),
      async publish(events) {
        const occurredAt = new Date();
        await publisher.publishMany(events.map((event) => eventInputOf(event, occurredAt)));
      },
      insight: {
        routed: progress.routed,
        rows: progress.rows,
        stopLogger: () => services.stop('logger'),
        startLogger: () => services.start('logger'),
        replay: (project, perSecond) => startReplay(project, perSecond, { connection, source }),
      },
      async close() {
        await closing.disposeAsync();
        // A profile is what the run was for.
        if (profiled) onProgress(`the profile of the ${profiled} is in ${logDir}`);
        else await rm(logDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

function environmentOf(stack: Stack, keys: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HERALD_KAFKA_BROKERS: stack.brokers.join(','),
    HERALD_SCHEMA_REGISTRY_URL: stack.registryUrl,
    HERALD_CLICKHOUSE_URL: stack.clickhouseUrl,
    HERALD_CLICKHOUSE_DATABASE: stack.clickhouseDatabase,
    HERALD_SEALING_KEYS: keys,
    HERALD_ALLOWED_NETWORKS: '127.0.0.0/8',
    HERALD_ADMIN_PORT: '0',
    HERALD_API_PORT: '0',
    HERALD_INGEST_PORT: '0',
  };
}

function serversOf(stack: Stack): Watched[] {
  const servers = { kafka: stack.broker(0), registry: stack.registry, clickhouse: stack.clickhouse };
  return Object.entries(servers).flatMap(([name, { pid }]) =>
    pid === undefined ? [] : [{ name, pid, group: 'servers' as const }],
  );
}
