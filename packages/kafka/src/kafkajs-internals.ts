import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';

/** What of kafkajs 2.2.4's insides the patches build on, typed as far as they use it. */

export interface Cluster {
  /** Its metadata is another object each time that it is read anew. */
  brokerPool: { metadata: Metadata };
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findBroker(of: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { groupId: string }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
}

export type Metadata = object;

export interface TopicData {
  topic: string;
  partitions: { partition: number; messages: unknown[] }[];
}

export interface Protocol<Response> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoded> };
  response: { decode(payload: Buffer): Promise<Response>; parse(decoded: Response): Promise<Response> };
}

/** As much of kafkajs' Encoder as it asks of an encoded request. */
export interface Encoded {
  buf: Buffer;
  buffer: Buffer;
}

export interface ProduceReply {
  topics: { topicName: string; partitions: { partition: number; errorCode: number; baseOffset: string }[] }[];
}

export interface ProduceArguments {
  topicData: TopicData[];
  acks: number;
  timeout: number;
}

export interface Broker {
  produce(args: ProduceArguments): Promise<ProduceReply>;
}

export interface OffsetCommit {
  topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[];
}

/** Belongs to one generation of the group: it commits with that generation's id, also when there is a newer one. */
export interface OffsetManager {
  coordinator: Broker;
  commitOffsets(offsets: OffsetCommit): Promise<void>;
}

export interface TopicPartitions {
  topic: string;
  partitions: number[];
}

export interface ConsumerGroup {
  cluster: Cluster;
  groupId: string;
  /** Null when the coordinator has said that it does not know this member. */
  memberId: string | null;
  generationId: number | null;
  coordinator: Broker | null;
  offsetManager: OffsetManager | null;
  /** Of the last heartbeat, by `Date.now`. */
  lastRequest: number;
  topicsSubscribed: string[];
  minBytes: number;
  maxBytes: number;
  maxBytesPerPartition: number;
  assigned(): TopicPartitions[];
  /** Throws when a topic has got partitions since the group was joined. */
  checkForStaleAssignment(): void;
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
  heartbeat(options: { interval: number }): Promise<void>;
  fetch(nodeId: string): Promise<unknown[]>;
  recoverFromFetch(error: Error): Promise<void>;
}

export interface Runner {
  running: boolean;
  fetch(nodeId: string): Promise<unknown[]>;
}

export interface Connection {
  connect(): Promise<true>;
}

export interface RequestQueue {
  pending: unknown[];
  inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  requestTimeoutIntervalId: NodeJS.Timeout | null;
  isConnected(): boolean;
  /** Ends the timers. */
  destroy(): void;
  fulfillRequest(answer: { correlationId: number; payload: Buffer; size: number }): void;
  scheduleRequestTimeoutCheck(): void;
  scheduleCheckPendingRequests(): void;
}

/** A cluster object of its own, to fetch by. */
export interface FetchCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(of: { nodeId: string }): Promise<Broker>;
}

/** kafkajs makes one for each producer, consumer and admin, and offers none. */
export function createFetchCluster(kafka: Kafka): FetchCluster {
  const creates = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (!creates) throw new Error('kafkajs has no cluster factory to build on');
  const create = (kafka as unknown as Record<symbol, (options: object) => FetchCluster>)[creates]!;
  return create.call(kafka, { metadataMaxAge: 60_000, allowAutoTopicCreation: false });
}

interface Class<Instance> {
  prototype: Instance;
}

const require = createRequire(import.meta.url);

export const version: string = require('kafkajs/package.json').version;
export const RequestQueueClass: Class<RequestQueue> = require('kafkajs/src/network/requestQueue');
export const ConnectionClass: Class<Connection> = require('kafkajs/src/network/connection');
export const BrokerClass: Class<Broker> = require('kafkajs/src/broker');
export const ConsumerGroupClass: Class<ConsumerGroup> = require('kafkajs/src/consumer/consumerGroup');
export const RunnerClass: Class<Runner> = require('kafkajs/src/consumer/runner');
export const produceResponseV7: Protocol<ProduceReply>['response'] = require('kafkajs/src/protocol/requests/produce/v7/response');
export const {
  errorCodes,
  createErrorFromCode,
}: {
  errorCodes: { type: string; code: number }[];
  createErrorFromCode(code: number): Error;
} = require('kafkajs/src/protocol/error');
export const {
  KafkaJSError,
  KafkaJSNonRetriableError,
}: {
  KafkaJSError: new (message: string, options?: { cause?: unknown }) => Error;
  KafkaJSNonRetriableError: new (message: string, options?: { cause?: unknown }) => Error;
} = require('kafkajs/src/errors');

const sendsRequest = Object.getOwnPropertySymbols(BrokerClass.prototype).find(
  ({ description }) => description === 'private:Broker:sendRequest',
);

/** A request of our own, over the broker's connections and in its queue. */
export function sendRequest<Response>(broker: Broker, protocol: Protocol<Response>): Promise<Response> {
  if (!sendsRequest) throw new Error('kafkajs has no Broker.sendRequest to build on');
  type Sender = Record<symbol, (protocol: Protocol<Response>) => Promise<Response>>;
  return (broker as unknown as Sender)[sendsRequest]!(protocol);
}
