import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { TopicSource } from '@herald/replay/job';
import { newProgress } from '@herald/replay/progress';
import { expect, test } from 'vitest';
import { aJob } from '../../test-support/a-job.ts';
import { topicSource } from './topic-source.ts';

const { signal } = new AbortController();

/** A partition to which five records come whenever it is looked at. */
function growing(): Pick<PartitionReader, 'bounds' | 'offsetsAt'> {
  let endOffset = 100;
  const look = () => (endOffset += 5);
  return {
    bounds: async () => new Map([[0, { lowOffset: 0, endOffset: look() }]]),
    offsetsAt: async () => new Map([[0, look()]]),
  };
}

test('what comes while the source is frozen is not in it, also where its times are after all that is there', async () => {
  const later = Date.now() + 60_000;
  for (const [fromMs, toMs] of [
    [later, undefined],
    [later, later + 1],
    [undefined, later],
  ]) {
    const source: TopicSource = { kind: 'topic', topic: 'publication.events', ranges: [], fromMs, toMs };
    const progress = newProgress(aJob({ source }), 'us', 0);
    const reader = growing() as PartitionReader;
    const unasked = {} as Parameters<typeof topicSource>[1]['decoder'];
    await topicSource(source, { reader, decoder: unasked }).freeze(progress, signal);
    expect(progress.ranges.map(({ from, to }) => [from, to])).toEqual(fromMs === undefined ? [[0, 105]] : []);
  }
});
