import { expect, test } from 'vitest';
import { planTopic } from './topics.ts';

const spec = { name: 't', partitions: 12, keyed: true, config: { 'retention.ms': '100' } };
const existing = { partitions: 12, config: { 'retention.ms': '100', 'segment.ms': '7' } };

test('a topic that is as it should be is left alone, with what the spec does not mention', () => {
  expect(planTopic(spec, existing)).toEqual({ name: 't', result: 'unchanged' });
});

test('a keyed topic never changes its partitions, in neither direction', () => {
  for (const partitions of [6, 24]) {
    expect(planTopic(spec, { ...existing, partitions })).toMatchObject({ result: 'refused' });
  }
});

test('a topic without keys may grow, and is never shrunk', () => {
  const unkeyed = { ...spec, keyed: false };
  expect(planTopic(unkeyed, { ...existing, partitions: 6 })).toMatchObject({
    result: 'partitionsAdded',
    to: 12,
  });
  expect(planTopic(unkeyed, { ...existing, partitions: 24 })).toMatchObject({ result: 'refused' });
});

test('a setting that differs is named with both values', () => {
  const plan = planTopic(spec, { ...existing, config: { 'retention.ms': '5' } });
  expect(plan).toEqual({
    name: 't',
    result: 'configUpdated',
    changed: { 'retention.ms': { from: '5', to: '100' } },
  });
});
