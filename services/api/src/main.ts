import { openEraser } from '@herald/clickhouse/erasing/eraser';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { LOGGED_TOPICS } from '@herald/clickhouse/rows/row-maker';
import { GROUPS } from '@herald/contracts/groups';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { openGroupProgress } from '@herald/kafka/group-progress';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { createApiKeyWriter, openApiKeyTable } from '@herald/registry/api-keys';
import { createAudited } from '@herald/registry/audit/audited';
import { createAuditLog } from '@herald/registry/audit/log';
import { openEndpointStatusTable } from '@herald/registry/endpoint-status';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { createEndpointWriter } from '@herald/registry/endpoint-writer';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { openErasureTable } from '@herald/registry/erasures';
import { createRetryOrderWriter, forgetRetryOrder } from '@herald/registry/retry-orders';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import { listen } from '@herald/service-kit/http-server';
import { createSeldomLines } from '@herald/service-kit/seldom-lines';
import { runService } from '@herald/service-kit/service';
import type { RefusedAddress } from '@herald/webhook/address';
import { DEFAULT_ALLOWED_PORTS } from '@herald/webhook/address-policy';
import { createResolver } from '@herald/webhook/resolver';
import { allowedOrigins } from './access/portal-settings.ts';
import { createApiApp } from './api-app.ts';
import { apiConfig } from './api-config.ts';
import { createApiMetrics } from './api-metrics.ts';
import { createRedeliver } from './deliveries/redeliver.ts';
import { openEventBytes } from './deliveries/redeliver-event.ts';
import { createCheckUnsaved } from './endpoint-check/check-unsaved.ts';
import { openSendTest } from './endpoint-test/open-send-test.ts';
import { createDestinationCheck } from './endpoints/destination.ts';
import { createEraseHistory } from './erasing/erase-history.ts';
import { createConfigurationLog } from './explain/configuration-log.ts';
import { openPortalLinks } from './portal-links/open-portal-links.ts';
import { openReplays } from './replays/open-replays.ts';
import { createOrderRetries } from './retries/order-retries.ts';
import { openAttemptSource } from './tail/open-attempt-source.ts';
import { openTail } from './tail/open-tail.ts';
import { createReadWatermarks } from './watermarks/read-watermarks.ts';

/** The API of integrators and operators. It starts without ClickHouse: configuration does not need it. */
await runService({
  name: 'api',
  config: apiConfig,
  async start({ config, log, metrics, fatal, readiness }) {
    const connection = {
      ...kafkaConnection(config, 'herald-api'),
      logger: {
        log: (level: 'error' | 'warn' | 'info' | 'debug', message: string, detail: object) =>
          log[level](detail, message),
      },
    };
    const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
    const tableOptions = { connection, source, log, onFatal: fatal };
    const [table, status, keys, erasures] = await Promise.all([
      openEndpointTable(tableOptions),
      openEndpointStatusTable(tableOptions),
      openApiKeyTable(tableOptions),
      openErasureTable(tableOptions),
    ]);
    const producer = await createBatchingProducer({ connection });
    const writeTimeoutMs = config.HERALD_API_WRITE_TIMEOUT_MS;
    const audit = await createAuditLog({ producer, source, timeoutMs: writeTimeoutMs / 2 });
    const writing = { connection, source, audit, timeoutMs: writeTimeoutMs };
    const writer = await createEndpointWriter({ ...writing, table });
    const keyWriter = await createApiKeyWriter({ ...writing, table: keys });
    const replays = await openReplays(tableOptions, {
      audit,
      maxOpenPerAccount: config.HERALD_API_REPLAYS_PER_ACCOUNT,
      timeoutMs: writeTimeoutMs,
    });
    const portalLinks = await openPortalLinks(tableOptions, { keys, audit, timeoutMs: writeTimeoutMs });
    const reader = createPartitionReader(connection);
    const erasureRecorder = await createErasureRecorder({
      ...{ connection, source, reader, table: erasures },
      timeoutMs: writeTimeoutMs,
      now: Date.now,
    });
    const progress = openGroupProgress({ connection, groupId: GROUPS.log, topics: LOGGED_TOPICS });
    const clickhouse = {
      url: config.HERALD_CLICKHOUSE_URL,
      database: config.HERALD_CLICKHOUSE_DATABASE,
      username: config.HERALD_CLICKHOUSE_USER,
      password: config.HERALD_CLICKHOUSE_PASSWORD,
    };
    const history = openHistoryStore({
      ...clickhouse,
      maxExecutionMs: config.HERALD_API_HISTORY_TIMEOUT_MS,
    });
    const eraser = openEraser(clickhouse);
    const apiMetrics = createApiMetrics(metrics);
    const attempts = openAttemptSource({ connection, source, erasures, log });
    const tail = openTail({ attempts, log, metrics: apiMetrics });
    apiMetrics.watchTail(tail);
    const allowedNetworks = config.HERALD_ALLOWED_NETWORKS;
    const refusals = createSeldomLines({
      write: (detail) => log.warn(detail, 'address refused'),
      now: () => performance.now(),
    });
    const guard = {
      policy: { allowedNetworks, allowedPorts: DEFAULT_ALLOWED_PORTS },
      resolver: createResolver({ localNames: allowedNetworks.length > 0 }),
      onRefused(refused: RefusedAddress) {
        apiMetrics.refusedAddress(refused.reason);
        refusals(refused.hostname, refused);
      },
    };

    const redeliver = createRedeliver({
      eventBytes: await openEventBytes({ source, reader, history }),
      isErased: (recorded) => erasures.isErased(recorded),
      producer,
      timeoutMs: config.HERALD_API_WRITE_TIMEOUT_MS,
      onFailure: (err) => log.warn({ err }, 'a delivery cannot be sent again'),
    });

    const server = await listen(
      createApiApp({
        table,
        status,
        keys,
        writer,
        apiKeys: { table: keys, writer: keyWriter },
        portalLinks,
        portalUrl: config.HERALD_PORTAL_URL,
        allowedOrigins: allowedOrigins(config.HERALD_API_ALLOWED_ORIGINS, config.HERALD_PORTAL_URL),
        sessionSeconds: config.HERALD_API_SESSION_SECONDS,
        audited: createAudited(audit, Date.now),
        history,
        tail,
        erasures,
        sendTest: await openSendTest(source, {
          attempts,
          producer,
          timeoutMs: config.HERALD_API_WRITE_TIMEOUT_MS,
          onFailure: (err) => log.warn({ err }, 'an endpoint cannot be tested'),
        }),
        eraseHistory: createEraseHistory({
          recorder: erasureRecorder,
          erasures,
          eraser,
          timeoutMs: config.HERALD_API_HISTORY_TIMEOUT_MS,
          onFailure: (err) => log.warn({ err }, 'history that is to be erased is there still'),
          now: Date.now,
        }),
        redeliver,
        forgetRetryOrder: (endpointId) => forgetRetryOrder(producer, endpointId),
        orderRetries: createOrderRetries({
          write: await createRetryOrderWriter({ producer, source }),
          producer,
          timeoutMs: config.HERALD_API_WRITE_TIMEOUT_MS,
        }),
        replays,
        configurations: createConfigurationLog({
          source,
          reader,
          onFailure: (err) => log.warn({ err }, 'what endpoints were cannot be read'),
        }),
        sealing: config.HERALD_SEALING_KEYS,
        checkDestination: createDestinationCheck(guard),
        readWatermarks: createReadWatermarks({
          progress,
          timeoutMs: config.HERALD_API_WRITE_TIMEOUT_MS,
          onFailure: (err) => log.warn({ err }, 'it cannot be asked how far the loggers are'),
          now: Date.now,
        }),
        catchUpPerSecond: config.HERALD_CATCH_UP_PER_SECOND,
        checkUnsaved: createCheckUnsaved({ ...guard, ca: config.HERALD_EXTRA_CA_FILE }),
        hasTelegramBot: config.HERALD_TELEGRAM_BOT_TOKEN !== undefined,
        log,
        metrics: apiMetrics,
        historyTimeoutMs: config.HERALD_API_HISTORY_TIMEOUT_MS,
        maxBodyBytes: config.HERALD_API_MAX_BODY_BYTES,
        requestsPerSecond: config.HERALD_API_REQUESTS_PER_SECOND,
        requestBurst: config.HERALD_API_REQUEST_BURST,
        maxReplayPerSecond: config.HERALD_API_MAX_REPLAY_PER_SECOND,
        ingestUrl: config.HERALD_API_INGEST_URL,
        now: Date.now,
      }),
      { host: config.HERALD_API_HOST, port: config.HERALD_API_PORT },
    );

    readiness.add('endpoints', () => table.isFollowing() || 'the table of endpoints is behind its topic');
    readiness.add(
      'endpoint status',
      () => status.isFollowing() || 'the table of statuses is behind its topic',
    );
    readiness.add('replays', () => replays.isFollowing() || 'the tables of replays are behind their topics');
    readiness.add(
      'portal links',
      () => portalLinks.isFollowing() || 'the table of portal links is behind its topic',
    );
    readiness.add('erasures', () => erasures.isFollowing() || 'the table of erasures is behind its topic');
    readiness.add('api keys', () => keys.isFollowing() || 'the table of API keys is behind its topic');

    return {
      announce: { apiUrl: server.url },
      async stop(deadline) {
        await deadline.step('end the live tails', () => tail.close());
        await deadline.step('answer the requests under way', () => server.close());
        await deadline.step('finish the edits under way', () =>
          Promise.all([
            writer.close(),
            keyWriter.close(),
            replays.stop(),
            portalLinks.stop(),
            erasureRecorder.close(),
          ]),
        );
        await deadline.step('write what is still to be written', () => producer.close());
        await deadline.step('close the tables', () =>
          Promise.all([
            table.stop(),
            status.stop(),
            keys.stop(),
            erasures.stop(),
            reader.close(),
            progress.close(),
            history.close(),
            eraser.close(),
          ]),
        );
      },
    };
  },
});
