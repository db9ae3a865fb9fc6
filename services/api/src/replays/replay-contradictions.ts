import type { z } from 'zod';
import type * as fields from './replay-fields.ts';
import { partitionsOf, TOPICS_WITH_REASONS } from './replay-topics.ts';

type Asked = { source: z.output<typeof fields.source>; filter: z.output<typeof fields.filter> };

interface Contradiction {
  path: readonly (string | number)[];
  message: string;
}

/**
 * What is well formed by itself and makes no sense together, or at this time. A source that names nothing would be all
 * there is.
 */
export function contradictionsOf({ source, filter }: Asked, nowMs: number): Contradiction[] {
  const found =
    source.kind === 'topic'
      ? topicContradictions(source, filter, nowMs)
      : historyContradictions(source, filter);
  if (source.from !== undefined && source.to !== undefined && source.from >= source.to) {
    found.push({ path: ['source', 'to'], message: 'it is not after from' });
  }
  return found;
}

function topicContradictions(
  { topic, ...source }: Asked['source'],
  { reasons }: Asked['filter'],
  nowMs: number,
): Contradiction[] {
  const found: Contradiction[] = [];
  const add = (field: string, message: string) => found.push({ path: ['source', field], message });
  const ways = [
    source.ranges?.length ? 1 : 0,
    source.from !== undefined || source.to !== undefined ? 1 : 0,
    source.everything ? 1 : 0,
  ];
  const named = ways.reduce((sum, each) => sum + each, 0);
  if (topic === undefined) add('topic', 'it is missing');
  if (named === 0) add('ranges', 'nothing is asked for: give ranges, from or to, or "everything": true');
  if (named > 1) add('ranges', 'only one of ranges, times and everything can be asked for');
  if (source.from !== undefined && source.from > nowMs)
    add('from', 'it is in the future: nothing is there yet');
  if (source.states.length > 0) add('states', 'a topic does not know it; use the history');
  if (source.last_statuses.length > 0) add('last_statuses', 'a topic does not know it; use the history');
  if (reasons.length > 0 && topic !== undefined && !TOPICS_WITH_REASONS.has(topic)) {
    found.push({
      path: ['filter', 'reasons'],
      message: 'only dead letters, held deliveries and the history have reasons',
    });
  }
  const partitions = topic === undefined ? Infinity : partitionsOf(topic);
  for (const [index, range] of (source.ranges ?? []).entries()) {
    if (range.partition < partitions) continue;
    found.push({
      path: ['source', 'ranges', index, 'partition'],
      message: `${topic} has ${partitions} partitions, the last is ${partitions - 1}`,
    });
  }
  return found;
}

function historyContradictions(source: Asked['source'], filter: Asked['filter']): Contradiction[] {
  const found: Contradiction[] = [];
  const add = (field: string, message: string) => found.push({ path: ['source', field], message });
  if (source.topic !== undefined) add('topic', 'the history is not a topic');
  if (source.ranges !== undefined) add('ranges', 'the history has no offsets');
  if (source.everything) add('everything', 'of the history, say what is wanted: by state, time or filter');
  const asked = [source.states, source.last_statuses, ...Object.values(filter)].some((each) =>
    Array.isArray(each) ? each.length > 0 : each !== undefined,
  );
  if (!asked && source.from === undefined && source.to === undefined) {
    add('states', 'nothing is asked for: give states, times or a filter');
  }
  return found;
}
