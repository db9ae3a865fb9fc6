import { randomUUID } from 'node:crypto';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { anAttempt, anEvent } from '@herald/clickhouse/testing/sample-rows';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { encodeDeliveryHeaders, REASON_HEADER } from '@herald/contracts/headers';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import { deliveryId } from '@herald/domain/ids';
import { redeliveryCause } from '@herald/domain/redelivery';
import { createKafka } from '@herald/kafka/connection';
import type { OutgoingRecord } from '@herald/kafka/record';
import { NO_FILTER } from '@herald/replay/job';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openWorld, type Sent, type World } from '../test-support/world.ts';

const { signal } = new AbortController();
let world: World;

beforeAll(async () => {
  world = await openWorld(inject('stack'));
  await world.startReplayer();
});
afterAll(() => world.close());

function eventsOf(accountId: string, count: number, given: Partial<PublicationEvent> = {}) {
  return Array.from({ length: count }, (_, index) =>
    anEvent({ account_id: accountId, publication_id: `${accountId}-${index % 7}`, ...given }),
  );
}

function idsOf(sent: readonly Sent[]): Set<string> {
  return new Set(sent.map(({ delivery }) => delivery.deliveryId));
}

test('a plan counts exactly what its run sends: what wants the events now, but for what it has', async () => {
  const accountId = randomUUID();
  const everything = await world.endpoint({ accountId });
  const failures = await world.endpoint({
    accountId,
    subscription: { channelIds: new Set(), eventTypes: new Set(['publication.failed']) },
  });
  const published = eventsOf(accountId, 60);
  const failed = eventsOf(accountId, 20, { event_type: 'FAILED' });
  const unwanted = eventsOf(accountId, 5, { project_id: 'project-without-endpoints' });
  const origins = await world.publish([...published, ...failed, ...unwanted, ...eventsOf(randomUUID(), 30)]);
  const had = published
    .slice(0, 10)
    .map(({ event_id }) => anAttempt({ account_id: accountId, event_id, endpoint_id: everything }));
  await world.history.insert(ATTEMPTS, had);

  const replayId = await world.ask({ accountId, dryRun: true });
  const { planned, endpoints, samples } = await world.until(replayId, 'planned');
  expect(planned).toEqual({
    scanned: 85,
    matched: 105,
    sent: 90,
    skipped: { already_delivered: 10, no_endpoint: 5 },
  });
  expect(endpoints.toSorted((a, b) => a.toSend - b.toSend)).toEqual([
    { endpointId: failures, toSend: 20, sent: 0 },
    { endpointId: everything, toSend: 70, sent: 0 },
  ]);
  expect(samples).toHaveLength(10);
  expect(await world.sentBy(replayId)).toEqual([]);

  await world.replays.start(replayId);
  const { done, ranges } = await world.until(replayId, 'completed');
  expect(done).toEqual(planned);
  expect(ranges.every(({ position, to, toSend, sent }) => position === to && toSend === sent)).toBe(true);
  const sent = await world.sentBy(replayId);
  expect(idsOf(sent).size).toBe(90);
  for (const { delivery, value } of sent) {
    const index = [...published, ...failed].findIndex(({ event_id }) => event_id === delivery.eventId);
    expect(delivery).toMatchObject({ step: 0, attempts: 0, dueAtMs: 0, origin: origins[index] });
    expect(value).toEqual(world.encode([...published, ...failed][index]!));
  }
  // What one publication has to say comes in the order in which it was said.
  for (const [, said] of Map.groupBy(
    sent,
    ({ delivery: { origin, endpointId } }) => `${origin.partition} ${endpointId}`,
  )) {
    const offsets = said.map(({ delivery }) => delivery.origin.offset);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  }
});

test('a pause stops the sending, and a cancel ends it: what is counted was sent, and nothing else', async () => {
  const accountId = randomUUID();
  await world.endpoint({ accountId });
  await world.publish(eventsOf(accountId, 1_000));
  const replayId = await world.ask({ accountId, perSecond: 100, skipDelivered: false });
  await world.until(replayId, ({ done }) => done.sent > 0);
  await world.replays.want(replayId, 'paused');
  const paused = await world.until(replayId, 'paused');
  expect(paused.done.sent).toBeLessThan(1_000);
  expect(idsOf(await world.sentBy(replayId)).size).toBe(paused.done.sent);

  await world.replays.want(replayId, 'running');
  await world.until(replayId, ({ done }) => done.sent > paused.done.sent);
  await world.replays.want(replayId, 'cancelled');
  const cancelled = await world.until(replayId, 'cancelled');
  expect(cancelled.done.sent).toBeLessThan(1_000);
  expect(idsOf(await world.sentBy(replayId)).size).toBe(cancelled.done.sent);
});

test('a run whose replayer is killed half-way ends with every delivery, and few of them twice', async () => {
  const accountId = randomUUID();
  await world.endpoint({ accountId });
  await world.publish(eventsOf(accountId, 700));
  const replayId = await world.ask({ accountId, perSecond: 250 });
  await world.until(replayId, ({ done }) => done.sent >= 200);
  await world.kill9();
  await world.startReplayer();
  const { done } = await world.until(replayId, 'completed');
  expect(done).toMatchObject({ scanned: 700, sent: 700 });
  const sent = await world.sentBy(replayId);
  expect(idsOf(sent).size).toBe(700);
  // Those since the last progress on record, and a batch under way.
  expect(sent.length - 700).toBeLessThanOrEqual(225);
});

test('what was erased is not sent, though it was planned before and Kafka has it still', async () => {
  const accountId = randomUUID();
  await world.endpoint({ accountId });
  const [secret, other] = [
    eventsOf(accountId, 3, { publication_id: 'secret' }),
    eventsOf(accountId, 2, { publication_id: 'other' }),
  ];
  await world.publish([...secret, ...other]);
  const replayId = await world.ask({ accountId, dryRun: true });
  expect((await world.until(replayId, 'planned')).planned).toMatchObject({ sent: 5 });
  await world.erase(accountId, 'secret');
  // What is produced of it from now on is another matter.
  await world.publish(eventsOf(accountId, 1, { publication_id: 'secret' }));

  await world.replays.start(replayId);
  const { done } = await world.until(replayId, 'completed');
  expect(done).toMatchObject({ matched: 5, sent: 2, skipped: { erased: 3 } });
  const sent = await world.sentBy(replayId);
  expect(sent.map(({ delivery: { eventId } }) => eventId).toSorted()).toEqual(
    other.map(({ event_id }) => event_id).toSorted(),
  );

  const again = await world.until(await world.ask({ accountId, skipDelivered: false }), 'completed');
  expect(again.planned).toMatchObject({ sent: 3, skipped: { erased: 3 } });
  const shown = again.samples.map(({ eventId }) => eventId);
  expect(shown).toHaveLength(3);
  for (const { event_id } of secret) expect(shown).not.toContain(event_id);
});

test('what has expired is named, before the plan and after it, and the rest is sent', async () => {
  const accountId = randomUUID();
  const endpointId = await world.endpoint({ accountId });
  const topic = retryTopic('12h');
  const partition = 2;
  const from = (await world.reader.bounds(topic, signal)).get(partition)!.endOffset;
  const events = eventsOf(accountId, 30);
  await world.producer.send(
    events.map((event, index) => ({
      topic,
      partition,
      key: endpointId,
      value: world.encode(event),
      headers: headersOf(event, endpointId, { topic: TOPICS.events, partition: 0, offset: index }),
    })),
  );
  await dropBefore(topic, partition, from + 10);
  const ranges = [{ partition, from, to: from + 25 }];
  const source = { kind: 'topic', topic, ranges, fromMs: undefined, toMs: undefined } as const;
  const replayId = await world.ask({ accountId, dryRun: true, source });
  const planned = await world.until(replayId, 'planned');
  expect(planned.expired).toEqual([{ partition, from, to: from + 10 }]);
  expect(planned.planned).toMatchObject({ scanned: 15, sent: 15 });

  await dropBefore(topic, partition, from + 12);
  await world.replays.start(replayId);
  const completed = await world.until(replayId, 'completed');
  expect(completed.expired).toEqual([{ partition, from, to: from + 12 }]);
  expect(completed.done).toEqual({ scanned: 13, matched: 15, sent: 13, skipped: { expired: 2 } });
  const sent = await world.sentBy(replayId);
  expect(sent.map(({ delivery }) => delivery.eventId)).toEqual(
    events.slice(12, 25).map(({ event_id }) => event_id),
  );
});

test('dead letters are sent to another endpoint, oldest event first, but for what was sent there since', async () => {
  const accountId = randomUUID();
  const target = await world.endpoint({ accountId });
  const events = eventsOf(accountId, 40).map((event, index) => ({ ...event, occurred_at: 1_000 + index }));
  const origins = await world.publish(events);
  const rows = events.map((event, index) => ({
    partition: origins[index]!.partition,
    offset: origins[index]!.offset,
    recordedAtMs: Date.now(),
    content: { ok: true, event } as const,
  }));
  // Of these two the events are gone: of the last one altogether, of the other one its dead letter is still there.
  const [kept, lost] = [events.length - 3, events.length - 1];
  for (const index of [kept, lost]) rows[index]!.offset += 1_000_000;
  await world.history.insert(EVENTS, rows);
  await world.producer.send([
    deadLetterOf(events[kept]!, 'endpoint-that-is-gone', origins[kept]!),
    deadLetterOf(anEvent({ account_id: accountId }), 'endpoint-that-is-gone', origins[kept]!),
  ]);
  const dead = events.map(({ event_id, occurred_at, publication_id }, index) =>
    anAttempt({
      account_id: accountId,
      delivery_id: deliveryId(event_id, 'endpoint-that-is-gone', 'event'),
      event_id,
      occurred_at,
      publication_id,
      endpoint_id: 'endpoint-that-is-gone',
      disposition: 'DEAD',
      verdict: 'DEAD',
      reason: index % 2 === 0 ? 'exhausted' : 'endpoint_deleted',
      started_at: Date.now() - 1_000,
    }),
  );
  const { event_id, occurred_at, publication_id } = events[1]!;
  const sentSince = anAttempt({
    account_id: accountId,
    event_id,
    occurred_at,
    publication_id,
    endpoint_id: target,
    cause: redeliveryCause(1),
    verdict: 'RETRY',
    retry_tier: '1h',
    next_attempt_at: Date.now() + 3_600_000,
    started_at: Date.now() - 500,
  });
  await world.history.insert(ATTEMPTS, [...dead, sentSince]);

  const replayId = await world.ask({
    accountId,
    source: { kind: 'history', states: ['dead'], lastStatuses: [], fromMs: undefined, toMs: undefined },
    filter: { ...NO_FILTER, reasons: ['endpoint_deleted'] },
    targetEndpointId: target,
  });
  const { planned, done } = await world.until(replayId, 'completed');
  expect(done).toEqual({ scanned: 20, matched: 20, sent: 18, skipped: { expired: 1, underway: 1 } });
  expect(planned).toEqual(done);
  const sent = await world.sentBy(replayId);
  const chosen = events.filter((_, index) => index % 2 === 1).slice(1, -1);
  expect(sent.map(({ delivery }) => delivery.eventId)).toEqual(chosen.map(({ event_id }) => event_id));
  expect(sent.map(({ value }) => value)).toEqual(chosen.map((event) => world.encode(event)));
  expect(sent.map(({ delivery }) => delivery.origin)).toEqual(
    chosen.map((event) => origins[events.indexOf(event)]),
  );
});

function deadLetterOf(event: PublicationEvent, endpointId: string, origin: Coordinates): OutgoingRecord {
  return {
    topic: TOPICS.deadLetters,
    key: endpointId,
    value: world.encode(event),
    headers: { ...headersOf(event, endpointId, origin), [REASON_HEADER]: 'endpoint_deleted' },
  };
}

function headersOf(event: PublicationEvent, endpointId: string, origin: Coordinates) {
  return encodeDeliveryHeaders({
    deliveryId: deliveryId(event.event_id, endpointId, 'event'),
    endpointId,
    eventId: event.event_id,
    step: 3,
    attempts: 3,
    dueAtMs: 1,
    origin,
    cause: 'event',
    configRevision: -1,
    traceparent: undefined,
  });
}

async function dropBefore(topic: string, partition: number, offset: number): Promise<void> {
  const admin = createKafka({ brokers: inject('stack').brokers, clientId: 'replayer-test' }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // loads the metadata that the next call builds on
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  await admin.disconnect();
  await eventually(async () => {
    const { lowOffset } = (await world.reader.bounds(topic, signal)).get(partition)!;
    expect(lowOffset).toBe(offset);
  });
}
