import { randomUUID } from 'node:crypto';
import { createDecoder, createEncoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { RETRY_TOPICS, TOPICS } from '@herald/contracts/topics';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { createLane } from '@herald/kafka/lane';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { openCancelledReplays } from '@herald/registry/cancelled-replays';
import { createEndpointStatusWriter, openEndpointStatusTable } from '@herald/registry/endpoint-status';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { openRetryOrderTable } from '@herald/registry/retry-orders';
import { unreadableEndpoints } from '@herald/registry/unreadable';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import { runService } from '@herald/service-kit/service';
import { DEFAULT_ALLOWED_PORTS } from '@herald/webhook/address-policy';
import { createRedaction } from '@herald/webhook/redaction';
import { createSender } from '@herald/webhook/sender';
import manifest from '../package.json' with { type: 'json' };
import { createBusyShare } from './busy-share.ts';
import { createCatchUp } from './catch-up/catch-up.ts';
import { createStatusBook } from './catch-up/status-book.ts';
import { dispatcherConfig } from './config.ts';
import { createChatAddresses } from './delivery-lane/chat-addresses.ts';
import { createDeliveryLane } from './delivery-lane/delivery-lane.ts';
import { createHolds } from './delivery-lane/holds.ts';
import { createPreparation } from './delivery-lane/prepare.ts';
import { createRecorder } from './delivery-lane/recorder.ts';
import { createRevisionGate } from './delivery-lane/revision-gate.ts';
import { createSigningKeys } from './delivery-lane/signing-keys.ts';
import { createEndpointHealth } from './endpoint-health/endpoint-health.ts';
import { createDispatcherMetrics, observeBatch, watch } from './metrics.ts';
import { createObserver } from './observe.ts';
import { createRetryCancellation } from './retry-cancellation.ts';
import { createRetryLane } from './retry-lane.ts';
import { ownersOrders } from './retry-orders.ts';
import { createRouteLane } from './route-lane/route-lane.ts';
import { SUBJECTS } from './subjects.ts';

/** A configuration that a delivery waits for longer than this takes readiness away. */
const CONFIGURATION_PATIENCE_MS = 5_000;

/** A killed dispatcher's partitions stand still for so long. Longer than a drain, in which no heartbeat is sent. */
const SESSION_TIMEOUT_MS = 20_000;

/** Deliveries of one partition in memory. */
const DELIVERY_WINDOW_BYTES = 16 * 1024 * 1024;

await runService({
  name: 'dispatcher',
  config: dispatcherConfig,
  async start({ config, log, metrics, fatal, readiness, liveness }) {
    const now = Date.now;
    const stopping = new AbortController();
    const dispatcherId = config.HERALD_INSTANCE_ID;
    const connection = {
      ...kafkaConnection(config, 'herald-dispatcher'),
      logger: {
        log: (level: 'error' | 'warn' | 'info' | 'debug', message: string, detail: object) =>
          log[level](detail, message),
      },
    };
    const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
    const dispatcherMetrics = createDispatcherMetrics(metrics);
    const observe = createObserver({
      log,
      metrics: dispatcherMetrics,
      level: config.HERALD_ATTEMPT_LOG_LEVEL,
    });

    const decoder = createDecoder<PublicationEvent>({
      source,
      subjectSchema: SUBJECTS.events,
      signal: stopping.signal,
      onStall: (err) => log.warn({ err }, 'the schema registry gives no answer, events of a new schema wait'),
    });
    const routeEncoder = await createEncoder<RouteRecord>(source, SUBJECTS.routes);
    const attemptEncoder = await createEncoder<DeliveryAttempt>(source, SUBJECTS.attempts);

    const producer = await createBatchingProducer({
      connection,
      onBatch: (batch) => observeBatch(dispatcherMetrics, batch),
    });
    const onGap = (gap: object) => {
      dispatcherMetrics.gaps.inc();
      log.error({ gap }, 'records are gone that were never read');
    };
    const endpoints = await openEndpointTable({ connection, source, log, onFatal: fatal });
    const statuses = await openEndpointStatusTable({ connection, source, log, onFatal: fatal });
    const retryOrders = await openRetryOrderTable({ connection, source, log, onFatal: fatal });
    const cancelledReplays = await openCancelledReplays({ connection, source, log, onFatal: fatal });
    const sender = createSender({
      policy: { allowedNetworks: config.HERALD_ALLOWED_NETWORKS, allowedPorts: DEFAULT_ALLOWED_PORTS },
      ca: config.HERALD_EXTRA_CA_FILE,
      onRefused: observe.refused,
    });

    const gate = createRevisionGate({
      table: endpoints,
      patienceMs: CONFIGURATION_PATIENCE_MS,
      signal: stopping.signal,
      onOverdue(revision) {
        dispatcherMetrics.overdueConfiguration.inc();
        log.warn({ revision, has: endpoints.revision }, 'deliveries wait for their configuration');
      },
    });
    const book = createStatusBook({
      statuses,
      writer: await createEndpointStatusWriter({ producer, source }),
      onFatal: fatal,
    });
    const holds = createHolds(book, now);
    const health = createEndpointHealth({
      holds,
      policy: {
        warnAfterMs: config.HERALD_FAILING_WARN_AFTER_HOURS,
        disableAfterMs: config.HERALD_AUTO_DISABLE_AFTER_HOURS,
      },
      encoder: await createEncoder<PublicationEvent>(source, SUBJECTS.events),
      onNotice: observe.notice,
    });

    const catchUp = createCatchUp({
      endpoints,
      statuses,
      stateOf: (configured) => holds.stateOf(configured).state,
      book,
      reader: createPartitionReader(connection),
      perSecond: config.HERALD_CATCH_UP_PER_SECOND,
      release: (item) => deliveryHandler.receiveHeld(item),
      onReleased: (fate) => dispatcherMetrics.released.inc({ fate }),
      onGap,
      onFatal: fatal,
      now,
    });

    const routeHandler = createRouteLane({
      decoder,
      encoder: routeEncoder,
      endpoints,
      producer,
      complete: (record) => routeLane.complete(record),
      onRouted(deliveries) {
        dispatcherMetrics.routed.inc();
        dispatcherMetrics.deliveries.inc(deliveries);
      },
      onPoison: observe.poison,
      onFatal: fatal,
      now,
    });
    const deliveryWindow = { records: config.HERALD_DELIVERY_WINDOW_RECORDS, bytes: DELIVERY_WINDOW_BYTES };
    const recording = { encoder: attemptEncoder, producer, observe, onFatal: fatal };
    const deliveryHandler = createDeliveryLane({
      endpoints,
      gate,
      holds,
      isCancelled: cancelledReplays.has,
      held: catchUp,
      health,
      decoder,
      prepare: createPreparation({
        keysOf: createSigningKeys(config.HERALD_SEALING_KEYS, now),
        addressOf: createChatAddresses(config.HERALD_SEALING_KEYS, {
          apiUrl: config.HERALD_TELEGRAM_API_URL,
          botToken: config.HERALD_TELEGRAM_BOT_TOKEN,
        }),
        recordedOf: createRedaction(),
        version: manifest.version,
      }),
      sender,
      recorder: createRecorder(recording),
      complete: (record) => (record.topic === TOPICS.held ? catchUp : deliveryLane).complete(record),
      observe,
      onFatal: fatal,
      maxInFlight: config.HERALD_MAX_ATTEMPTS_IN_FLIGHT,
      maxInFlightPerHost: config.HERALD_MAX_ATTEMPTS_PER_HOST,
      telegramApiUrl: config.HERALD_TELEGRAM_API_URL,
      window: deliveryWindow,
      dispatcherId,
      now,
      newId: randomUUID,
      busyShare: createBusyShare(),
    });
    const retryHandler = createRetryLane({
      producer,
      orders: ownersOrders(retryOrders, endpoints),
      cancel: createRetryCancellation({
        decoder,
        // Not the delivery lane's: thousands that are cancelled at once must not take its room.
        recorder: createRecorder(recording),
        dispatcherId,
        now,
      }),
      complete: (record) => retryLane.complete(record),
      onOrdered: (kind) => dispatcherMetrics.ordered.inc({ kind }),
      onForwarded(tier, lateMs) {
        dispatcherMetrics.forwarded.inc({ tier });
        dispatcherMetrics.retryLateness.observe(lateMs / 1_000);
      },
      onPoison: observe.poison,
      onFatal: fatal,
      now,
    });

    const common = {
      connection,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      flush: () => producer.flush(),
      onFatal: fatal,
      onGap,
    };
    const routeLane = createLane({
      ...common,
      groupId: 'herald.route',
      topics: [TOPICS.events],
      handler: routeHandler,
      windowRecords: 500,
      windowBytes: 8 * 1024 * 1024,
    });
    const deliveryLane = createLane({
      ...common,
      groupId: 'herald.delivery',
      topics: [TOPICS.deliveries, TOPICS.backfill],
      handler: {
        receive: deliveryHandler.receive,
        async suspend() {
          catchUp.suspend();
          await deliveryHandler.suspend();
          catchUp.persist();
        },
        resume(lost) {
          deliveryHandler.resume(lost);
          catchUp.resume(deliveryLane.claims().filter(({ topic }) => topic === TOPICS.deliveries));
        },
      },
      windowRecords: deliveryWindow.records,
      windowBytes: deliveryWindow.bytes,
      assigner: { coPartitioned: true, instanceId: dispatcherId },
    });
    const retryLane = createLane({
      ...common,
      groupId: 'herald.retry',
      topics: RETRY_TOPICS,
      handler: retryHandler,
      windowRecords: 1_000,
      windowBytes: 2 * 1024 * 1024,
    });

    const lanes = { route: routeLane, delivery: deliveryLane, retry: retryLane };
    watch(metrics, {
      lanes,
      delivery: deliveryHandler,
      held: catchUp,
      pendingRecords: () => producer.pendingRecords,
      endpoints,
    });
    await Promise.all(Object.values(lanes).map((lane) => lane.start()));

    readiness.add('endpoints', () => endpoints.isFollowing() || 'the table of endpoints is behind its topic');
    readiness.add('endpoint records', () => unreadableEndpoints(endpoints.unreadable) ?? true);
    readiness.add(
      'replays',
      () => cancelledReplays.isFollowing() || 'the table of replays is behind its topic',
    );
    readiness.add(
      'endpoint status',
      () => statuses.isFollowing() || 'the table of statuses is behind its topic',
    );
    readiness.add(
      'retry orders',
      () => retryOrders.isFollowing() || 'the table of retry orders is behind its topic',
    );
    readiness.add(
      'configuration',
      () => gate.overdue === undefined || `deliveries wait for configuration revision ${gate.overdue}`,
    );
    readiness.add('held deliveries', () => catchUp.isOpen() || 'it is not known yet what is held');
    for (const [name, lane] of Object.entries(lanes)) {
      readiness.add(`${name} lane`, () => lane.healthy() || 'it has made no progress for too long');
      liveness.add(`${name} lane`, () => lane.healthy() || 'it has made no progress for too long');
    }

    return {
      async stop(deadline) {
        await Promise.all(
          Object.entries(lanes).map(([name, lane]) =>
            deadline.step(`stop the ${name} lane`, () => lane.stop()),
          ),
        );
        // What is still under way now is another dispatcher's to decide; that it was sent goes on record.
        stopping.abort();
        sender.close();
        await deadline.step('record what was cut off', () => deliveryHandler.suspend());
        await deadline.step('stop catching up', () => catchUp.stop());
        await deadline.step('flush the producer', () => producer.close());
        await Promise.all([endpoints.stop(), statuses.stop(), retryOrders.stop(), cancelledReplays.stop()]);
      },
    };
  },
});
