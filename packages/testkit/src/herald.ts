import { randomUUID } from 'node:crypto';
import { migrate } from '@herald/clickhouse/migrate';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { applyTopics } from '@herald/kafka/topics';
import { type Stack, startStack } from '@herald/local-stack/stack';
import { createApiKeyWriter, openApiKeyTable } from '@herald/registry/api-keys';
import { operator } from '@herald/registry/audit/entry';
import { openAuditLog } from '@herald/registry/audit/log';
import { untilConfigured } from './configuration.ts';
import { eventually } from './eventually.ts';
import { connectHeraldApi, type HeraldApi } from './herald-api.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';

/** All of Herald on a stack of its own. */
export interface Herald {
  stack: Stack;
  services: Services;
  /** An account that nobody else has, with one project and a key that may do everything. */
  openAccount(): Promise<TestAccount>;
  close(): Promise<void>;
}

export interface TestAccount {
  accountId: string;
  projectId: string;
  apiKey: string;
  /** Asked anew for each call: the address changes when the api is started again. */
  api(): HeraldApi;
  /** Resolves when every dispatcher routes to it. `given` has the API's names. */
  addEndpoint(given: { [field: string]: unknown }): Promise<TestEndpoint>;
}

export interface TestEndpoint {
  endpointId: string;
  secret: string;
}

export interface HeraldOptions extends Pick<ServicesOptions, 'only' | 'envOf' | 'logDir'> {
  /** Default 1; on 3, every topic has three replicas. */
  brokers?: 1 | 3;
  onProgress?: (line: string) => void;
}

/** How long history is kept; nothing of a test gets old. */
const RETENTION_DAYS = 30;

/**
 * Each file of tests has a stack of its own, because topics and consumer groups have fixed names: two dispatchers on
 * one Kafka share their work, and a kill in one test would be felt in another. Within a file, tests keep apart by
 * accounts.
 */
export async function openHerald(options: HeraldOptions = {}): Promise<Herald> {
  const { brokers = 1, onProgress = () => {}, ...ofServices } = options;
  const stack = await startStack({ brokers, onProgress });
  const connection = { brokers: stack.brokers, clientId: 'herald-test', logger: { log: () => {} } };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: brokers });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  await migrate({
    url: stack.clickhouseUrl,
    database: stack.clickhouseDatabase,
    retentionDays: RETENTION_DAYS,
  });
  const keys = await openApiKeyTable({
    connection,
    source,
    log: console,
    onFatal(error) {
      throw error;
    },
  });
  const audit = await openAuditLog({ connection, source });
  const keyWriter = await createApiKeyWriter({ connection, source, table: keys, audit });
  const services = await startServices({ stack, ...ofServices });

  return {
    stack,
    services,
    async openAccount() {
      const accountId = `account-${randomUUID()}`;
      const projectId = `${accountId}-p1`;
      const created = await keyWriter.as(operator('test')).create({ accountId, name: 'test', role: 'admin' });
      if (created.kind !== 'created') throw new Error(`No API key: ${created.kind}`);
      const api = () => connectHeraldApi({ url: services.addresses('api').apiUrl!, key: created.text });
      await eventually(() => api().get('/v1/endpoints')); // the api learns of the key from its topic
      return {
        accountId,
        projectId,
        apiKey: created.text,
        api,
        async addEndpoint(given) {
          const body = { project_id: projectId, ...given };
          const added = await api().post<{ endpoint_id: string; secret: string; revision: number }>(
            '/v1/endpoints',
            body,
          );
          const dispatchers = services.running('dispatcher').map((name) => services.addresses(name));
          await Promise.all(dispatchers.map(({ adminUrl }) => untilConfigured(adminUrl, added.revision)));
          return { endpointId: added.endpoint_id, secret: added.secret };
        },
      };
    },
    async close() {
      await services.stop();
      await keyWriter.close();
      await audit.close();
      await keys.stop();
      await stack.stop();
    },
  };
}
