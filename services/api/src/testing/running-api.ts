import { randomBytes, randomUUID } from 'node:crypto';
import { openEraser } from '@herald/clickhouse/erasing/eraser';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { LOGGED_TOPICS } from '@herald/clickhouse/rows/row-maker';
import { createHistoryDatabase, type HistoryDatabase } from '@herald/clickhouse/testing/history-database';
import { GROUPS } from '@herald/contracts/groups';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS } from '@herald/contracts/schemas';
import { TOPIC_SPECS } from '@herald/contracts/topics';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { openGroupProgress } from '@herald/kafka/group-progress';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { applyTopics } from '@herald/kafka/topics';
import type { Role } from '@herald/registry/api-key';
import { createApiKeyWriter, openApiKeyTable } from '@herald/registry/api-keys';
import { createAudited } from '@herald/registry/audit/audited';
import { operator } from '@herald/registry/audit/entry';
import { createAuditLog } from '@herald/registry/audit/log';
import { openEndpointStatusTable } from '@herald/registry/endpoint-status';
import { type EndpointTable, openEndpointTable } from '@herald/registry/endpoint-table';
import { createEndpointWriter, type EndpointEdits } from '@herald/registry/endpoint-writer';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { openErasureTable } from '@herald/registry/erasures';
import type { NewPortalLink } from '@herald/registry/portal/portal-link';
import { createRetryOrderWriter, forgetRetryOrder } from '@herald/registry/retry-orders';
import { createSealing, type Sealing } from '@herald/registry/sealing';
import { listen } from '@herald/service-kit/http-server';
import { createLogger } from '@herald/service-kit/log';
import { createMetrics } from '@herald/service-kit/metrics';
import { DEFAULT_ALLOWED_PORTS, parseNetworks } from '@herald/webhook/address-policy';
import type { Guard } from '@herald/webhook/guard';
import type { ProvidedContext } from 'vitest';
import { type ApiAppOptions, apiOperations, createApiApp } from '../api-app.ts';
import { createApiMetrics } from '../api-metrics.ts';
import { createRedeliver } from '../deliveries/redeliver.ts';
import { openEventBytes } from '../deliveries/redeliver-event.ts';
import { createCheckUnsaved } from '../endpoint-check/check-unsaved.ts';
import { openSendTest } from '../endpoint-test/open-send-test.ts';
import { createDestinationCheck } from '../endpoints/destination.ts';
import { createEraseHistory } from '../erasing/erase-history.ts';
import { createConfigurationLog } from '../explain/configuration-log.ts';
import { undescribed } from '../http/described.ts';
import type { AnyOperation } from '../http/operation.ts';
import { openPortalLinks } from '../portal-links/open-portal-links.ts';
import { openReplays } from '../replays/open-replays.ts';
import { createOrderRetries } from '../retries/order-retries.ts';
import { openAttemptSource } from '../tail/open-attempt-source.ts';
import { openTail } from '../tail/open-tail.ts';
import type { TailLimits } from '../tail/tail.ts';
import { createReadWatermarks } from '../watermarks/read-watermarks.ts';

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  body: any;
}

/** What one key can do with the API. */
export interface Client {
  accountId: string;
  /** Empty in a session. */
  key: string;
  /** The header fields that say who asks. */
  credentials: Readonly<Record<string, string>>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string): Promise<Reply>;
}

export interface RunningApi {
  url: string;
  table: EndpointTable;
  writer: EndpointEdits;
  sealing: Sealing;
  history: HistoryDatabase;
  /** What it can be asked. */
  operations: readonly AnyOperation[];
  /** Everything that was logged. */
  logged(): string;
  /** A client with a new key, of a new account unless one is named. */
  client(role?: Role, accountId?: string): Promise<Client>;
  /** A client in a session of its own, which ends with what is said of its link. */
  session(accountId: string, link?: Partial<NewPortalLink>): Promise<Client>;
  /** The client's key is not worth anything any more. */
  revoke(client: Client): Promise<void>;
  /** Rejects where anything was answered that its operation does not describe. */
  stop(): Promise<void>;
}

/** The API on real servers, within the test's process. Receivers may be on loopback. */
export async function startApi(
  stack: ProvidedContext['stack'],
  over: {
    clickhouseUrl?: string;
    brokers?: string[];
    writeTimeoutMs?: number;
    tailLimits?: Partial<TailLimits>;
    hasTelegramBot?: boolean;
    requestsPerSecond?: number;
    requestBurst?: number;
  } = {},
): Promise<RunningApi> {
  const connection = {
    brokers: stack.brokers,
    clientId: 'api-test',
    logger: { log: () => {} },
  };
  const source = connectSchemaRegistry({ url: stack.registryUrl });
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);

  const faults: string[] = [];
  let output = '';
  const log = createLogger({
    service: 'api',
    level: 'debug',
    format: 'json',
    destination: {
      write(text) {
        output += text;
      },
    },
  });
  const onFatal = (error: Error): never => {
    throw error;
  };
  const tableOptions = { connection, source, log, onFatal };
  const [table, status, keys, erasures] = await Promise.all([
    openEndpointTable(tableOptions),
    openEndpointStatusTable(tableOptions),
    openApiKeyTable(tableOptions),
    openErasureTable(tableOptions),
  ]);
  const writing = { ...connection, brokers: over.brokers ?? stack.brokers };
  const producer = await createBatchingProducer({ connection });
  const audit = await createAuditLog({ producer, source, timeoutMs: 30_000 });
  const writer = await createEndpointWriter({
    connection: writing,
    source,
    table,
    audit,
    timeoutMs: over.writeTimeoutMs ?? 30_000,
  });
  const replays = await openReplays(tableOptions, {
    audit,
    maxOpenPerAccount: 3,
    timeoutMs: over.writeTimeoutMs ?? 30_000,
  });
  const portalLinks = await openPortalLinks(tableOptions, {
    keys,
    audit,
    timeoutMs: over.writeTimeoutMs ?? 30_000,
  });
  const keyWriter = await createApiKeyWriter({ connection, source, table: keys, audit });
  const keyEdits = keyWriter.as(operator('test'));
  const database = await createHistoryDatabase(stack.clickhouseUrl);
  const history = openHistoryStore({
    ...database.options,
    ...(over.clickhouseUrl && { url: over.clickhouseUrl }),
  });
  const eraser = openEraser({ ...database.options, ...(over.clickhouseUrl && { url: over.clickhouseUrl }) });
  const reader = createPartitionReader(connection);
  const erasureRecorder = await createErasureRecorder({
    ...{ connection: writing, source, reader, table: erasures },
    timeoutMs: over.writeTimeoutMs ?? 30_000,
    now: Date.now,
  });
  const progress = openGroupProgress({ connection, groupId: GROUPS.log, topics: LOGGED_TOPICS });
  const metrics = createApiMetrics(createMetrics({ service: 'api' }));
  const attempts = openAttemptSource({ connection, source, erasures, log });
  const tail = openTail({
    attempts,
    log,
    metrics,
    ...(over.tailLimits && { limits: over.tailLimits }),
  });
  const loopback = parseNetworks('127.0.0.0/8');
  if (loopback.kind === 'invalid') throw new Error(loopback.message);
  const guard: Guard = {
    policy: { allowedNetworks: loopback.networks, allowedPorts: DEFAULT_ALLOWED_PORTS },
    resolver: async (hostname) =>
      hostname === 'inside.example'
        ? { kind: 'resolved', addresses: [{ address: '10.0.0.1', family: 4 }] }
        : { kind: 'failed', message: `${hostname} has no address` },
  };
  const sealing = createSealing(`k1:${randomBytes(32).toString('base64')}`);

  const options: ApiAppOptions = {
    table,
    status,
    keys,
    writer,
    apiKeys: { table: keys, writer: keyWriter },
    portalLinks,
    portalUrl: 'https://portal.example.com',
    allowedOrigins: new Set(['https://portal.example.com']),
    sessionSeconds: 3_600,
    audited: createAudited(audit, Date.now),
    history,
    tail,
    erasures,
    sendTest: await openSendTest(source, {
      attempts,
      producer,
      timeoutMs: over.writeTimeoutMs ?? 30_000,
      onFailure: (err) => log.warn({ err }, 'an endpoint cannot be tested'),
    }),
    eraseHistory: createEraseHistory({
      recorder: erasureRecorder,
      erasures,
      eraser,
      timeoutMs: 30_000,
      onFailure: (err) => log.warn({ err }, 'history that is to be erased is there still'),
      now: Date.now,
    }),
    redeliver: createRedeliver({
      eventBytes: await openEventBytes({ source, reader, history }),
      isErased: (recorded) => erasures.isErased(recorded),
      producer,
      timeoutMs: over.writeTimeoutMs ?? 30_000,
      onFailure: (err) => log.warn({ err }, 'a delivery cannot be sent again'),
    }),
    forgetRetryOrder: (endpointId) => forgetRetryOrder(producer, endpointId),
    orderRetries: createOrderRetries({
      write: await createRetryOrderWriter({ producer, source }),
      producer,
      timeoutMs: over.writeTimeoutMs ?? 30_000,
    }),
    replays,
    configurations: createConfigurationLog({
      source,
      reader,
      onFailure: (err) => log.warn({ err }, 'what endpoints were cannot be read'),
    }),
    sealing,
    checkDestination: createDestinationCheck(guard),
    readWatermarks: createReadWatermarks({
      progress,
      timeoutMs: 30_000,
      onFailure: (err) => log.warn({ err }, 'it cannot be asked how far the loggers are'),
      now: Date.now,
    }),
    catchUpPerSecond: 100,
    checkUnsaved: createCheckUnsaved({ ...guard, ca: [] }),
    hasTelegramBot: over.hasTelegramBot ?? false,
    log,
    metrics,
    historyTimeoutMs: 5_000,
    maxBodyBytes: 64 * 1024,
    requestsPerSecond: over.requestsPerSecond ?? 100_000,
    requestBurst: over.requestBurst ?? 100_000,
    maxReplayPerSecond: 1_000,
    ingestUrl: 'http://127.0.0.1:8090',
    onAnswer(operation, answer) {
      const fault = undescribed(operation, answer);
      if (fault === undefined) return;
      faults.push(fault);
      throw new Error(fault);
    },
    now: Date.now,
  };
  const server = await listen(createApiApp(options), { host: '127.0.0.1', port: 0 });

  return {
    url: server.url,
    table,
    writer: writer.as(operator('test')),
    sealing,
    history: database,
    operations: apiOperations(options),
    logged: () => output,
    async client(role = 'admin', accountId = `acc_${randomUUID()}`) {
      const created = await keyEdits.create({ accountId, name: 'test', role });
      if (created.kind !== 'created') throw new Error(created.kind);
      return clientOf(server.url, accountId, created.text);
    },
    async session(accountId, link = {}) {
      const maker = await keyEdits.create({ accountId, name: 'of a session', role: 'write' });
      if (maker.kind !== 'created') throw new Error(maker.kind);
      const created = await portalLinks.writer.as(operator('test')).create({
        accountId,
        name: '',
        role: 'write',
        projectIds: undefined,
        channelIds: undefined,
        madeByKeyId: maker.info.keyId,
        expiresAtMs: Date.now() + 60_000,
        sessionSeconds: 600,
        ...link,
      });
      if (created.kind !== 'created') throw new Error(created.kind);
      const { headers } = await clientWith(server.url, accountId, {}).send('POST', '/v1/sessions', {
        portal_token: created.token,
      });
      return clientWith(server.url, accountId, browserHeaders(server.url, headers.get('set-cookie') ?? ''));
    },
    async revoke({ accountId, key }) {
      const revoked = await keyEdits.revoke(accountId, key.split('_')[1]!);
      if (revoked.kind !== 'revoked') throw new Error(`the key is ${revoked.kind}`);
    },
    async stop() {
      await tail.close();
      await server.close();
      await Promise.all([writer.close(), keyWriter.close(), erasureRecorder.close()]);
      await Promise.all([replays.stop(), portalLinks.stop()]);
      await producer.close();
      await Promise.all([table.stop(), status.stop(), keys.stop(), erasures.stop()]);
      await Promise.all([reader.close(), progress.close()]);
      await Promise.all([history.close(), eraser.close(), database.drop()]);
      if (faults.length > 0) throw new Error(`answers are not as described:\n${faults.join('\n')}`);
    },
  };
}

export function clientOf(url: string, accountId: string, key: string): Client {
  return { ...clientWith(url, accountId, { authorization: `Bearer ${key}` }), key };
}

/** What a browser sends along from a page of the API's own host. */
export function browserHeaders(url: string, setCookie: string): Record<string, string> {
  return { cookie: setCookie.split(';')[0] ?? '', origin: new URL(url).origin };
}

/** One that has no key, but shows who it is in another way. */
export function clientWith(url: string, accountId: string, credentials: Record<string, string>): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...credentials,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(40_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return { accountId, key: '', credentials, send, get: (path) => send('GET', path) };
}
