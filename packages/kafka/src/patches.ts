import { setTimeout as delay } from 'node:timers/promises';
import { EncodedBatch } from './encoded-batch.ts';
import type { PartitionError } from './fetch.ts';
import { type FetchHooks, GroupFetch } from './group-fetch.ts';
import { asRetriable, isFatal, losesConnection, meansLeaderMoved, typeOf } from './kafkajs-errors.ts';
import {
  BrokerClass,
  type Cluster,
  type Connection,
  ConnectionClass,
  type ConsumerGroup,
  ConsumerGroupClass,
  errorCodes,
  KafkaJSError,
  type ProduceArguments,
  type ProduceReply,
  produceResponseV7,
  RequestQueueClass,
  RunnerClass,
  sendRequest,
  version,
} from './kafkajs-internals.ts';
import { batchOf, encodeProduceRequest } from './produce-request.ts';

/** The only version that these patches were read against; kafkajs has been frozen at it since 2023. */
const patchedVersion = '2.2.4';
/** Between two tries to find a leader or a coordinator that is not there yet. */
const metadataBackoffMs = 200;
/** How late a request's time-out may be noticed; the shortest is 15 s. */
const timeoutCheckMs = 1_000;
const patched = Symbol.for('herald.kafkajs.patched');

/** What one consumer is told of its membership, instead of what kafkajs does by itself. */
export interface GroupHooks extends FetchHooks {
  /** Joins by `join`; it settles when the new assignment is in place. Calls that overlap share one promise. */
  rejoin(group: ConsumerGroup, join: () => Promise<void>): Promise<void>;
  /** The membership is about to end, by a stop or a crash. */
  leaving(group: ConsumerGroup): Promise<void>;
  /** The position is outside the log: find another. kafkajs would commit a reset. */
  outOfRange(group: ConsumerGroup, partition: { topic: string; partition: number }): Promise<void>;
}

const hooksByCluster = new WeakMap<Cluster, GroupHooks>();
const fetches = new WeakMap<ConsumerGroup, GroupFetch>();

/** Each consumer has its own cluster object, which it gives to the factory of its partition assigner. */
export function hookConsumer(cluster: object, hooks: GroupHooks): void {
  hooksByCluster.set(cluster as Cluster, hooks);
}

/** Patches kafkajs once for the process. Throws when its version is another one. */
export function patchKafkaJs(): void {
  const marked = RequestQueueClass as { [patched]?: true };
  if (marked[patched]) return;
  if (version !== patchedVersion) {
    throw new Error(
      `kafkajs is ${version}, but patches.ts was read against ${patchedVersion}: read it again`,
    );
  }
  marked[patched] = true;
  patchIdleTimer();
  patchTimeoutCheck();
  patchRequestsUnderWay();
  patchConnect();
  patchProduce();
  patchMembership();
  patchRunner();
}

/**
 * With nothing pending, kafkajs sets a timer again and again with a negative time-out: 1 ms for ever, 7 % of a CPU
 * and a warning (tulios/kafkajs#1704, #1751).
 */
function patchIdleTimer(): void {
  const { scheduleCheckPendingRequests } = RequestQueueClass.prototype;
  RequestQueueClass.prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

/** kafkajs looks for requests that have timed out ten times a second and connection: most of what an idle client does. */
function patchTimeoutCheck(): void {
  RequestQueueClass.prototype.scheduleRequestTimeoutCheck = function () {
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      const nowMs = Date.now();
      for (const request of this.inflight.values()) {
        // A clock that was set back: as if it had been sent now.
        request.sentAt = Math.min(request.sentAt, nowMs);
        if (nowMs - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    }, timeoutCheckMs);
  };
}

/**
 * A Map that things come to and go from is made anew inside now and then, and V8 links what it was to what it is. Once
 * one of these has grown old, all that follow outlive the collections of the young generation, with the requests that
 * they held, their answers, and the records of both.
 */
function patchRequestsUnderWay(): void {
  const { fulfillRequest } = RequestQueueClass.prototype;
  RequestQueueClass.prototype.fulfillRequest = function (answer) {
    fulfillRequest.call(this, answer);
    if (this.inflight.size === 0) this.inflight = new Map();
  };
}

/**
 * Two requests that find a connection closed open a socket each; the first is then left over, writes go to one that
 * is not connected yet, and when the broker ends the idle one the requests of the other are rejected.
 */
function patchConnect(): void {
  const { connect } = ConnectionClass.prototype;
  const connecting = new WeakMap<Connection, Promise<true>>();
  ConnectionClass.prototype.connect = function () {
    let attempt = connecting.get(this);
    if (!attempt) {
      attempt = connect.call(this).finally(() => connecting.delete(this));
      connecting.set(this, attempt);
    }
    return attempt;
  };
}

/** Sends batches that are encoded already, and tells each what its leader said of it. */
function patchProduce(): void {
  const { produce } = BrokerClass.prototype;
  BrokerClass.prototype.produce = function (args: ProduceArguments) {
    const { topicData, acks, timeout } = args;
    const batches = topicData.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages));
    if (!batches.every((batch) => batch instanceof EncodedBatch)) return produce.call(this, args);
    const request = sendRequest(this, {
      request: {
        apiKey: 0,
        apiVersion: 7,
        apiName: 'Produce',
        encode: async () => encodeProduceRequest(topicData, acks, timeout),
      },
      response: {
        decode: produceResponseV7.decode,
        parse: (reply) => {
          tellBatches(args, reply);
          return produceResponseV7.parse(reply);
        },
      },
    });
    for (const batch of batches) batch.request = request;
    return request;
  };
}

function tellBatches({ topicData }: ProduceArguments, { topics }: ProduceReply): void {
  for (const { topicName, partitions } of topics) {
    const sent = topicData.find(({ topic }) => topic === topicName)?.partitions;
    for (const { partition, errorCode, baseOffset } of partitions) {
      const messages = sent?.find((one) => one.partition === partition)?.messages;
      if (!messages) continue;
      batchOf(messages).reply =
        errorCode === 0
          ? { written: true, baseOffset: Number(baseOffset) }
          : {
              written: false,
              error: errorCodes.find(({ code }) => code === errorCode)?.type ?? `${errorCode}`,
            };
    }
  }
}

function patchMembership(): void {
  const { joinAndSync, leave, heartbeat, fetch, recoverFromFetch } = ConsumerGroupClass.prototype;
  const group = ConsumerGroupClass.prototype;

  group.joinAndSync = function () {
    const join = () => joinAndSync.call(this);
    return hooksByCluster.get(this.cluster)?.rejoin(this, join) ?? join();
  };

  group.leave = async function () {
    await hooksByCluster.get(this.cluster)?.leaving(this);
    return leave.call(this);
  };

  // kafkajs never looks for the coordinator again but by joining again, and a lost connection is no reason for it:
  // the heartbeats would fail until the session ends.
  group.heartbeat = async function (options) {
    // A clock that was set back by an hour would put the next one off by an hour, and the session ends before.
    this.lastRequest = Math.min(this.lastRequest, Date.now());
    try {
      await heartbeat.call(this, options);
    } catch (error) {
      if (!hooksByCluster.has(this.cluster)) throw error;
      if (!losesConnection(error) && !isAboutCoordinator(error)) throw asRetriable(error);
      await findCoordinatorAgain(this);
    }
  };

  // What is fetched goes to the hooks, and none of it through kafkajs' queue of workers.
  group.fetch = async function (nodeId) {
    const hooks = hooksByCluster.get(this.cluster);
    if (!hooks) return fetch.call(this, nodeId);
    let own = fetches.get(this);
    if (!own) {
      own = new GroupFetch(this, hooks);
      fetches.set(this, own);
    }
    try {
      await own.from(nodeId);
    } catch (error) {
      await this.recoverFromFetch(error as Error).catch((unrecovered) => {
        throw asRetriable(unrecovered);
      });
    }
    return [];
  };

  // For a leader that moved kafkajs joins the group again, and for a lost connection it forgets the broker, until
  // none is left. New metadata is all that either needs.
  group.recoverFromFetch = async function (error) {
    const hooks = hooksByCluster.get(this.cluster);
    if (!hooks) return recoverFromFetch.call(this, error);
    if (typeOf(error) === 'OFFSET_OUT_OF_RANGE') {
      const { topic, partition } = error as PartitionError;
      return hooks.outOfRange(this, { topic, partition });
    }
    if (!meansLeaderMoved(error) && !losesConnection(error)) return recoverFromFetch.call(this, error);
    await delay(metadataBackoffMs);
    await this.cluster.refreshMetadata();
  };
}

/**
 * Of a consumer that stops while the list of brokers changes, kafkajs makes new fetchers whose fetches answer nothing at
 * once: they turn for ever without a turn of the event loop, and nothing but SIGKILL ends the process.
 */
function patchRunner(): void {
  const { fetch } = RunnerClass.prototype;
  RunnerClass.prototype.fetch = async function (nodeId) {
    if (!this.running) throw new KafkaJSError('the consumer has stopped');
    return fetch.call(this, nodeId);
  };
}

const isAboutCoordinator = (error: unknown) =>
  ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS'].includes(
    typeOf(error),
  );

/** The next heartbeat tries again when there is none yet. */
async function findCoordinatorAgain(group: ConsumerGroup): Promise<void> {
  const { cluster, groupId } = group;
  await delay(metadataBackoffMs);
  try {
    await cluster.refreshMetadata();
    group.coordinator = await cluster.findGroupCoordinator({ groupId });
    if (group.offsetManager) group.offsetManager.coordinator = group.coordinator;
  } catch (error) {
    if (isFatal(error)) throw error;
  }
}
