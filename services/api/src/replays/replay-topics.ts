import { retryTopic, TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { RETRY_TIERS } from '@herald/domain/retry-tiers';

/** The topics that can be replayed, by the names that the API has for them. */
const REPLAYED: ReadonlyMap<string, string> = new Map([
  ['events', TOPICS.events],
  ['deliveries', TOPICS.deliveries],
  ['dead-letters', TOPICS.deadLetters],
  ['held', TOPICS.held],
  ...RETRY_TIERS.map(({ name }) => [`retry-${name}`, retryTopic(name)] as const),
]);

export const REPLAYED_TOPICS = [...REPLAYED.keys()] as [string, ...string[]];

/** Those whose records say why they are there. */
export const TOPICS_WITH_REASONS: ReadonlySet<string> = new Set(['dead-letters', 'held']);

export function topicOf(name: string): string {
  return REPLAYED.get(name) as string;
}

export function nameOfTopic(topic: string): string {
  return [...REPLAYED].find(([, each]) => each === topic)?.[0] ?? topic;
}

export function partitionsOf(name: string): number {
  return TOPIC_SPECS.find((spec) => spec.name === REPLAYED.get(name))?.partitions ?? 0;
}
