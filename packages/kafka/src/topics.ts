import type { KafkaConnection } from './connection.ts';

export interface TopicSpec {
  name: string;
  partitions: number;
  /** A keyed topic never changes its partitions: a key would move and lose its order and its owner. */
  keyed: boolean;
  config: Record<string, string>;
}

export type TopicResult =
  | { name: string; result: 'created' | 'unchanged' }
  | { name: string; result: 'configUpdated'; changed: Record<string, { from: string; to: string }> }
  | { name: string; result: 'partitionsAdded'; from: number; to: number }
  | { name: string; result: 'refused'; reason: string };

/** Creates what is missing and brings the configuration of what exists in line. Safe to run again and at the same time. */
export declare function applyTopics(
  connection: KafkaConnection,
  specs: readonly TopicSpec[],
  options: { replicationFactor: number },
): Promise<TopicResult[]>;
