import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { ReplayJob, ReplaySource } from '@herald/replay/job';
import { expect, test } from 'vitest';
import { aJob } from '../test-support/a-job.ts';
import { lookUpSlice } from './slice.ts';
import type { SourceEntry } from './source/source.ts';

const DELIVERY: SourceEntry = {
  candidate: {
    event: {
      eventId: 'e1',
      publicationId: 'p',
      occurredAtMs: 0,
      eventType: 'publication.failed',
      accountId: 'acme',
      projectId: 'p',
      channelId: 'c',
      readField: () => undefined,
    },
    origin: { topic: TOPICS.events, partition: 0, offset: 0 },
    traceparent: undefined,
    delivery: { endpointId: 'ep', cause: 'event', reason: undefined },
    isGone: false,
  },
  value: null,
  place: { kind: 'offset', partition: 0, nextOffset: 1 },
};

/** What is done about a delivery that still comes by itself. */
async function doneAbout(source: ReplaySource, said: Partial<ReplayJob> = {}): Promise<string[]> {
  const job = aJob({ source, targetEndpointId: undefined, ...said });
  const slice = await lookUpSlice([DELIVERY], 1, job, {
    endpoints: { exists: () => true, isOff: () => false, createdAtMs: () => 0, wanting: () => ['ep'] },
    isPlanned: () => true,
    history: {
      delivered: async () => [],
      underway: async (_, pairs) => pairs.map(({ eventId, endpointId }) => ({ eventId, endpointId })),
    },
    now: () => 0,
  });
  return slice.items.flatMap(({ aims }) => aims.map((aim) => (aim.kind === 'skip' ? aim.reason : aim.kind)));
}

const topic = (name: string): ReplaySource => ({
  kind: 'topic',
  topic: name,
  ranges: [],
  fromMs: undefined,
  toMs: undefined,
});
const history = (...states: string[]): ReplaySource => ({
  kind: 'history',
  states,
  lastStatuses: [],
  fromMs: undefined,
  toMs: undefined,
});

test('of whatever has deliveries, one that still comes by itself is left out; not so where all is asked for', async () => {
  for (const source of [
    topic(TOPICS.deliveries),
    topic(TOPICS.held),
    topic(TOPICS.deadLetters),
    topic(retryTopic('1h')),
    history('dead'),
    history('dead', 'cancelled'),
  ]) {
    expect(await doneAbout(source)).toEqual(['underway']);
    expect(await doneAbout(source, { skipDelivered: false })).toEqual(['send']);
  }
  expect(await doneAbout(topic(TOPICS.events))).toEqual(['send']);
});

test('a bulk plan leaves out what still comes by itself, also where delivered ones are asked for', async () => {
  const source = history('delivered', 'dead', 'cancelled');
  expect(await doneAbout(source, { id: 'bp_1', skipDelivered: false })).toEqual(['underway']);
});

test('what is looked up together is deliveries that may be sent, not events, of which each goes to many endpoints', async () => {
  const toMany = Array.from({ length: 50 }, (_, n) => `ep${n}`);
  const source = topic(TOPICS.events);
  const job = aJob({ source, targetEndpointId: undefined, skipDelivered: false });
  const event: SourceEntry = { ...DELIVERY, candidate: { ...DELIVERY.candidate!, delivery: undefined } };
  const slice = await lookUpSlice(Array(10).fill(event), 120, job, {
    endpoints: { exists: () => true, isOff: () => false, createdAtMs: () => 0, wanting: () => toMany },
    isPlanned: () => true,
    history: { delivered: async () => [], underway: async () => [] },
    now: () => 0,
  });
  expect(slice.items.map(({ aims }) => aims.length)).toEqual([50, 50, 50]);
});
