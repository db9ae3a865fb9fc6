import type { TopicSpec } from '@herald/contracts/topics';
import kafkajs, { type Admin, type DescribeConfigResponse } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import { patiently } from './patience.ts';

export type TopicResult =
  | { name: string; result: 'created' | 'unchanged' }
  | { name: string; result: 'configUpdated'; changed: Record<string, { from: string; to: string }> }
  | { name: string; result: 'partitionsAdded'; from: number; to: number }
  | { name: string; result: 'refused'; reason: string };

export interface ExistingTopic {
  partitions: number;
  /** Every setting in force, also the defaults. */
  config: Readonly<Record<string, string>>;
}

/** `describeConfigs` says with this that a value was set for the topic itself. */
const setForTopic = 1;

/** From creating a topic until all its partitions have leaders. */
const LEADERS_TIMEOUT_MS = 30_000;

/**
 * Creates what is missing and brings the settings of what exists in line with `specs`. What the specs do not mention
 * is left alone. Safe to run again, and by two at the same time.
 */
export async function applyTopics(
  connection: KafkaConnection,
  specs: readonly TopicSpec[],
  { replicationFactor }: { replicationFactor: number },
): Promise<TopicResult[]> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  try {
    const existing = await admin.listTopics();
    const results: TopicResult[] = [];
    for (const spec of specs) {
      const created = !existing.includes(spec.name) && (await create(admin, spec, replicationFactor));
      results.push(created ? { name: spec.name, result: 'created' } : await align(admin, spec));
    }
    return results;
  } finally {
    await admin.disconnect();
  }
}

/** What is to be done about a topic that exists. */
export function planTopic(spec: TopicSpec, existing: ExistingTopic): TopicResult {
  const { name } = spec;
  if (existing.partitions !== spec.partitions) {
    if (spec.keyed) {
      const reason = `it has ${existing.partitions} partitions instead of ${spec.partitions}, and keys would move: its records would lose their order and their owner`;
      return { name, result: 'refused', reason };
    }
    if (existing.partitions > spec.partitions) {
      const reason = `it has ${existing.partitions} partitions instead of ${spec.partitions}, and Kafka takes none away`;
      return { name, result: 'refused', reason };
    }
    return { name, result: 'partitionsAdded', from: existing.partitions, to: spec.partitions };
  }
  const changed: Record<string, { from: string; to: string }> = {};
  for (const [setting, to] of Object.entries(spec.config)) {
    const from = existing.config[setting] ?? '';
    if (from !== to) changed[setting] = { from, to };
  }
  return Object.keys(changed).length > 0
    ? { name, result: 'configUpdated', changed }
    : { name, result: 'unchanged' };
}

/** False when somebody else created it meanwhile. Either way it can be written to. */
async function create(admin: Admin, spec: TopicSpec, replicationFactor: number): Promise<boolean> {
  const configEntries = Object.entries(spec.config).map(([name, value]) => ({ name, value }));
  const created = await admin.createTopics({
    // kafkajs gives up its waiting at once where the broker that it asks has not heard of the topic yet.
    waitForLeaders: false,
    topics: [{ topic: spec.name, numPartitions: spec.partitions, replicationFactor, configEntries }],
  });
  await patiently(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [spec.name] });
    const led = topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
    if (led < spec.partitions)
      throw new Error(`${led} of ${spec.partitions} partitions of ${spec.name} have a leader`);
  }, AbortSignal.timeout(LEADERS_TIMEOUT_MS));
  return created;
}

async function align(admin: Admin, spec: TopicSpec): Promise<TopicResult> {
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: spec.name };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
  const { topics } = await admin.fetchTopicMetadata({ topics: [spec.name] });
  const entries = resources[0]!.configEntries;
  const plan = planTopic(spec, {
    partitions: topics[0]!.partitions.length,
    config: valuesOf(entries),
  });
  if (plan.result === 'partitionsAdded') {
    await admin.createPartitions({ topicPartitions: [{ topic: spec.name, count: plan.to }] });
  } else if (plan.result === 'configUpdated') {
    // kafkajs has only the call that replaces all of a topic's settings: those it has are set again.
    const own = valuesOf(entries.filter(({ configSource }) => configSource === setForTopic));
    const configEntries = Object.entries({ ...own, ...spec.config }).map(([name, value]) => ({
      name,
      value,
    }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  }
  return plan;
}

type ConfigEntries = DescribeConfigResponse['resources'][number]['configEntries'];

function valuesOf(entries: ConfigEntries): Record<string, string> {
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}
