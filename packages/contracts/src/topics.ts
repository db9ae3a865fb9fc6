import { RETRY_TIERS, type RetryTierName } from '@herald/domain/retry-tiers';

/** Topic names. Everything that writes or reads Kafka takes them from here. */
export const TOPICS = {
  events: 'publication.events',
  eventsPoison: 'publication.events.poison',
  routes: 'webhook.routes',
  deliveries: 'webhook.deliveries',
  backfill: 'webhook.backfill',
  held: 'webhook.held',
  deadLetters: 'webhook.dead-letters',
  attempts: 'webhook.attempts',
  endpoints: 'herald.endpoints',
  endpointStatus: 'herald.endpoint-status',
  apiKeys: 'herald.api-keys',
  replays: 'herald.replays',
  replayProgress: 'herald.replay-progress',
  retryOrders: 'herald.retry-orders',
  erasures: 'herald.erasures',
  portalLinks: 'herald.portal-links',
  audit: 'herald.audit',
} as const;

export function retryTopic(tier: RetryTierName): string {
  return `webhook.retry.${tier}`;
}

export const RETRY_TOPICS: readonly string[] = RETRY_TIERS.map((tier) => retryTopic(tier.name));

/** The tier of a retry topic; undefined for any other topic. */
export function tierOfTopic(topic: string): RetryTierName | undefined {
  return RETRY_TIERS.find((tier) => retryTopic(tier.name) === topic)?.name;
}

export interface TopicSpec {
  name: string;
  partitions: number;
  /** A keyed topic's partitions never grow: its keys would move, and order and ownership with them. */
  keyed: boolean;
  config: Readonly<Record<string, string>>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const RECORD_BYTES_MAX = 4 * 1024 * 1024;

/** Time of appending, not the producer's: an old event that is produced today must not expire today. */
const COMMON = { 'message.timestamp.type': 'LogAppendTime', 'max.message.bytes': String(RECORD_BYTES_MAX) };

/** Who changed what is asked for long after: over a year, so that one of a year ago can be compared. */
export const AUDIT_RETENTION_DAYS = 400;

/**
 * After so long nothing can bring back what was erased: it is several times as long as an event, what is held or dead
 * of it, and the records of its attempts are kept one after the other.
 */
const ERASURES_RETENTION_DAYS = 400;

/** Far beyond the longest delay, so that a dispatcher that was away for days still finds what waits. */
const RETRY_RETENTION_DAYS = 7;

/** Co-partitioned topics (deliveries, backfill, held) share this number; so does every topic keyed by endpoint. */
const KEYED_PARTITIONS = 12;

/** All topics as data: `herald topics apply` creates or checks them. */
export const TOPIC_SPECS: readonly TopicSpec[] = [
  keyed(TOPICS.events, 14),
  keyed(TOPICS.routes, 14),
  keyed(TOPICS.deliveries, 7),
  keyed(TOPICS.backfill, 7),
  keyed(TOPICS.held, 14),
  keyed(TOPICS.deadLetters, 30),
  keyed(TOPICS.attempts, 14),
  ...RETRY_TOPICS.map((name) => ({ ...keyed(name, RETRY_RETENTION_DAYS), partitions: 3 })),
  { ...keyed(TOPICS.eventsPoison, 30), partitions: 1, keyed: false },
  compacted(TOPICS.endpoints),
  compacted(TOPICS.endpointStatus),
  compacted(TOPICS.apiKeys),
  compacted(TOPICS.replays),
  compacted(TOPICS.replayProgress),
  // An order means nothing that came into a retry topic after it.
  forgetting(compacted(TOPICS.retryOrders), RETRY_RETENTION_DAYS),
  forgetting(compacted(TOPICS.erasures), ERASURES_RETENTION_DAYS),
  compacted(TOPICS.portalLinks),
  { ...keyed(TOPICS.audit, AUDIT_RETENTION_DAYS), partitions: 3 },
];

function keyed(name: string, retentionDays: number): TopicSpec {
  return {
    name,
    partitions: KEYED_PARTITIONS,
    keyed: true,
    config: { ...COMMON, 'cleanup.policy': 'delete', 'retention.ms': String(retentionDays * DAY_MS) },
  };
}

/** One partition: the offset of a record is its revision, and revisions are in one order. */
function compacted(name: string): TopicSpec {
  return {
    name,
    partitions: 1,
    keyed: true,
    config: {
      ...COMMON,
      'cleanup.policy': 'compact',
      'max.compaction.lag.ms': String(DAY_MS),
      'min.cleanable.dirty.ratio': '0.1',
      'segment.ms': String(DAY_MS / 24),
      'delete.retention.ms': String(7 * DAY_MS),
    },
  };
}

/** Compacted, and what is older is dropped. */
function forgetting(spec: TopicSpec, retentionDays: number): TopicSpec {
  const config = { 'cleanup.policy': 'compact,delete', 'retention.ms': String(retentionDays * DAY_MS) };
  return { ...spec, config: { ...spec.config, ...config } };
}
