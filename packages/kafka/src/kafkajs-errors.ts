import { KafkaJSError } from './kafkajs-internals.ts';

const connectionErrors = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
];
const leaderErrors = [
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
];
const bugNames = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];
const refusalNames = [
  'KafkaJSNonRetriableError',
  'KafkaJSSASLAuthenticationError',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSNotImplemented',
];
const refusalTypes = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'UNSUPPORTED_VERSION',
];

/** Kafka's name of a protocol error; empty for others. */
export function typeOf(error: unknown): string {
  return (error as { type?: string }).type ?? '';
}

export function meansLeaderMoved(error: Error): boolean {
  return leaderErrors.includes(typeOf(error)) || error.name === 'KafkaJSTopicMetadataNotLoaded';
}

export function losesConnection(error: unknown): boolean {
  return connectionErrors.includes((error as Error).name);
}

/** A setting or a permission: nothing gets better by trying again. */
export function isRefused(error: unknown): boolean {
  // kafkajs' retriers wrap what they give up: look at what it began with.
  const root = rootCause(error as Error);
  return refusalNames.includes(root.name) || refusalTypes.includes(typeOf(root));
}

/** Refused, or a bug. */
export function isFatal(error: unknown): boolean {
  return isRefused(error) || bugNames.includes(rootCause(error as Error).name);
}

/**
 * The error as one that kafkajs tries again, unless nothing gets better by that. By itself kafkajs takes a lock that
 * was waited for too long, or an error code that is newer than itself, for the end and leaves the consumer dead.
 */
export function asRetriable(error: unknown): unknown {
  const { retriable } = error as { retriable?: boolean };
  if (retriable !== false || isFatal(error)) return error;
  return Object.assign(new KafkaJSError((error as Error).message, { cause: error }), { type: typeOf(error) });
}

function rootCause(error: Error): Error {
  return error.cause instanceof Error && error.cause !== error ? rootCause(error.cause) : error;
}
