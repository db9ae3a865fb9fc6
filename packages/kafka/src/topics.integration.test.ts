import { randomUUID } from 'node:crypto';
import type { TopicSpec } from '@herald/contracts/topics';
import { expect, inject, test } from 'vitest';
import { applyTopics } from './topics.ts';

const connection = { brokers: inject('stack').brokers, clientId: 'topics-test', logger: { log: () => {} } };

test('creates, then leaves alone, then brings settings in line without touching others, and refuses to move keys', async () => {
  const name = `kit-${randomUUID()}`;
  const spec: TopicSpec = { name, partitions: 2, keyed: true, config: { 'retention.ms': '3600000' } };
  const apply = async (changed: Partial<TopicSpec>) => {
    const [result] = await applyTopics(connection, [{ ...spec, ...changed }], { replicationFactor: 1 });
    return result;
  };
  expect(await apply({})).toEqual({ name, result: 'created' });
  expect(await apply({})).toEqual({ name, result: 'unchanged' });
  expect(await apply({ config: { 'cleanup.policy': 'compact' } })).toEqual({
    name,
    result: 'configUpdated',
    changed: { 'cleanup.policy': { from: 'delete', to: 'compact' } },
  });
  expect(await apply({})).toEqual({ name, result: 'unchanged' });
  expect(await apply({ partitions: 4 })).toMatchObject({ name, result: 'refused' });
  expect(await apply({ partitions: 4, keyed: false })).toEqual({
    name,
    result: 'partitionsAdded',
    from: 2,
    to: 4,
  });
});

test('two that apply the same topics at the same time both succeed', async () => {
  const specs = Array.from({ length: 3 }, () => ({
    name: `kit-${randomUUID()}`,
    partitions: 1,
    keyed: true,
    config: {},
  }));
  const both = await Promise.all([1, 2].map(() => applyTopics(connection, specs, { replicationFactor: 1 })));
  for (const results of both) expect(results.every(({ result }) => result !== 'refused')).toBe(true);
});
