import { randomUUID } from 'node:crypto';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { createDecoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { GROUPS } from '@herald/contracts/groups';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { openGroupProgress } from '@herald/kafka/group-progress';
import { createLane } from '@herald/kafka/lane';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { openEndpointTable } from '@herald/registry/endpoint-table';
import { openErasureTable } from '@herald/registry/erasures';
import { openReplayJobTable } from '@herald/registry/replay-jobs';
import { createReplayProgressWriter, openReplayProgressTable } from '@herald/registry/replay-progress';
import { unreadableEndpoints, unreadableRecords } from '@herald/registry/unreadable';
import type { ReplayJob } from '@herald/replay/job';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import { giveWay } from '@herald/service-kit/give-way';
import { runService } from '@herald/service-kit/service';
import { replayerConfig } from './config.ts';
import { createHistoryCurrency } from './history-currency.ts';
import { createObserver, watch } from './metrics.ts';
import { createOwnership } from './ownership.ts';
import { runReplay } from './replay-run.ts';
import { historySource } from './source/history-source.ts';
import { topicSource } from './source/topic-source.ts';
import { beginTerm } from './term.ts';

/** After a crash its replays stand still for so long, until another replayer has them. Longer than a drain. */
const SESSION_TIMEOUT_MS = 6_000;
const DRAIN_DEADLINE_MS = 3_000;

/** Where all share the cores, live deliveries go before replays. */
const NICE = 3;

/** What replays ask the history for comes from these. */
const LOGGED_TOPICS = [TOPICS.events, TOPICS.routes, TOPICS.attempts];

/** Re-delivers past events. Of several replayers one works, the others stand by. */
await runService({
  name: 'replayer',
  config: replayerConfig,
  async start({ config, log, metrics, fatal, readiness, liveness }) {
    giveWay(NICE);
    const now = Date.now;
    const stopping = new AbortController();
    const connection = kafkaConnection(config, 'herald-replayer', log);
    const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
    const history = openHistoryStore({
      url: config.HERALD_CLICKHOUSE_URL,
      database: config.HERALD_CLICKHOUSE_DATABASE,
      username: config.HERALD_CLICKHOUSE_USER,
      password: config.HERALD_CLICKHOUSE_PASSWORD,
    });
    const observe = createObserver(metrics, log);
    const decoder = createDecoder<PublicationEvent>({
      source,
      subjectSchema: { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
      signal: stopping.signal,
      onStall: (err) => log.warn({ err }, 'the schema registry gives no answer, replays wait'),
    });

    const tableOptions = { connection, source, log, onFatal: fatal };
    const [jobs, progress, endpoints, erasures, producer] = await Promise.all([
      openReplayJobTable(tableOptions),
      openReplayProgressTable(tableOptions),
      openEndpointTable(tableOptions),
      openErasureTable(tableOptions),
      createBatchingProducer({ connection }),
    ]);
    const writer = await createReplayProgressWriter({ connection, source, table: progress });
    const reader = createPartitionReader(connection);
    const loggers = openGroupProgress({ connection, groupId: GROUPS.log, topics: LOGGED_TOPICS });

    const sourceOf = (job: ReplayJob) =>
      job.source.kind === 'topic'
        ? topicSource(job.source, { reader, decoder })
        : historySource(job.source, { job, history, reader, decoder, now });
    const endpointsOf = ({ accountId }: ReplayJob) => ({
      exists: (endpointId: string) => endpoints.get(endpointId)?.endpoint.accountId === accountId,
      isOff: (endpointId: string) => endpoints.get(endpointId)?.endpoint.state === 'off',
      createdAtMs: (endpointId: string) => endpoints.get(endpointId)?.endpoint.createdAtMs,
      wanting: async (event: Parameters<typeof endpoints.match>[0]) =>
        (await endpoints.match(event)).map(({ endpoint }) => endpoint.id),
      areWhole: () => endpoints.isWhole(accountId),
      get revision() {
        return endpoints.revision;
      },
    });

    /** Until a table has all that its topic had when it was asked for. */
    async function untilCurrent(
      table: { waitForRevision(revision: number): Promise<boolean> },
      topic: string,
      signal: AbortSignal,
    ): Promise<void> {
      const end = (await reader.bounds(topic, signal)).get(0)?.endOffset ?? 0;
      while (!(await table.waitForRevision(end - 1))) signal.throwIfAborted();
    }

    const ownership = createOwnership({
      beginTerm() {
        const owner = `${config.HERALD_INSTANCE_ID}/${randomUUID()}`;
        log.info({ owner }, 'the replays are ours');
        return beginTerm({
          jobs,
          progress,
          maxAtOnce: config.HERALD_REPLAYS_AT_ONCE,
          untilJobsAreCurrent: (signal) => untilCurrent(jobs, TOPICS.replays, signal),
          async run(job, hasPlace, signal) {
            // An endpoint that was made, or deleted, before a replay was asked for counts as such, and what was erased
            // before is not sent.
            await untilCurrent(endpoints, TOPICS.endpoints, signal);
            await untilCurrent(erasures, TOPICS.erasures, signal);
            return runReplay(job, {
              owner,
              job: () => jobs.get(job.id)?.value,
              hasPlace,
              isNew: progress.get(job.id) === undefined,
              writer,
              sourceOf,
              endpoints: endpointsOf(job),
              history: history.replays,
              isErased: (recorded) => erasures.isErased(recorded),
              currency: () => createHistoryCurrency(loggers),
              send: (records) => producer.send(records),
              observe,
              now,
              signal,
            });
          },
          forget: async (replayId) => void (await writer.forget(replayId)),
          onFatal: fatal,
        });
      },
    });
    const lane = createLane({
      connection,
      groupId: 'herald.replay',
      topics: [TOPICS.replays],
      handler: ownership.handler,
      windowRecords: 1_000,
      windowBytes: 8 * 1024 * 1024,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      drainDeadlineMs: DRAIN_DEADLINE_MS,
      onFatal: fatal,
    });
    ownership.follow(lane);
    watch(metrics, {
      *states() {
        for (const [, { value }] of progress.entries()) yield value.state;
      },
      isOwner: () => ownership.isOwner,
    });
    await lane.start();

    readiness.add('replays', () => jobs.isFollowing() || 'the table of replays is behind its topic');
    readiness.add('progress', () => progress.isFollowing() || 'the table of progress is behind its topic');
    readiness.add('endpoints', () => endpoints.isFollowing() || 'the table of endpoints is behind its topic');
    readiness.add('erasures', () => erasures.isFollowing() || 'the table of erasures is behind its topic');
    readiness.add('endpoint records', () => unreadableEndpoints(endpoints.unreadable) ?? true);
    readiness.add('replay records', () => unreadableRecords('replays', jobs.unreadable) ?? true);
    readiness.add('progress records', () => unreadableRecords('progress', progress.unreadable) ?? true);
    const isMoving = () => lane.healthy() || 'it has made no progress for too long';
    readiness.add('ownership', isMoving);
    liveness.add('ownership', isMoving);

    return {
      async stop(deadline) {
        await deadline.step('end the replays under way', () => lane.stop());
        stopping.abort();
        await deadline.step('finish the writes under way', () =>
          Promise.all([producer.close(), writer.close()]),
        );
        await deadline.step('close the tables', () =>
          Promise.all([
            jobs.stop(),
            progress.stop(),
            endpoints.stop(),
            erasures.stop(),
            reader.close(),
            loggers.close(),
            history.close(),
          ]),
        );
      },
    };
  },
});
