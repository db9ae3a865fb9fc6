import type { PreparedEvent } from '@herald/publisher/prepare-event';
import { PublishError } from '@herald/publisher/publish-error';
import type { Published } from '@herald/publisher/published';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecentEvents, type RecentEvents, type Recorded } from './recent-events.ts';

const event = (eventId: string, content = 'same'): PreparedEvent => ({
  eventId,
  record: { topic: 'events', key: 'post', value: Buffer.from(content) },
});

/** A log that acknowledges each call when the test says so. */
function log() {
  const written: string[] = [];
  const calls: { acknowledge(): void; fail(): void }[] = [];
  return {
    written,
    calls,
    write(events: readonly PreparedEvent[]): Promise<Published[]> {
      const published = events.map(({ eventId, record }) => {
        written.push(eventId);
        return { event_id: eventId, topic: record.topic, partition: 0, offset: written.length - 1 };
      });
      const call = Promise.withResolvers<Published[]>();
      calls.push({
        acknowledge: () => call.resolve(published),
        fail: () => call.reject(new Error('not on record')),
      });
      return call.promise;
    },
  };
}

function world({ maxEvents = 100 } = {}) {
  const kafka = log();
  return {
    kafka,
    recent: createRecentEvents({ write: kafka.write, maxEvents, rememberMs: 60_000, now: () => 0 }),
  };
}

function claimed(recent: RecentEvents, account: string, ...events: PreparedEvent[]): Promise<Recorded[]> {
  const claim = recent.claim(account, events);
  if (claim.kind === 'conflict') throw new Error(`conflicts at ${claim.conflicts}`);
  return claim.recorded;
}

test('an event sent again is written once and answered with where the first is on record', async () => {
  const { kafka, recent } = world();
  const first = claimed(recent, 'acme', event('a'), event('b'));
  kafka.calls[0]?.acknowledge();
  expect((await first).map(({ offset, repeated }) => [offset, repeated])).toEqual([
    [0, undefined],
    [1, undefined],
  ]);
  const again = claimed(recent, 'acme', event('b'), event('c'));
  kafka.calls[1]?.acknowledge();
  expect((await again).map(({ event_id, offset, repeated }) => [event_id, offset, repeated])).toEqual([
    ['b', 1, true],
    ['c', 2, undefined],
  ]);
  expect(kafka.written).toEqual(['a', 'b', 'c']);
});

test('while it is not known whether the first is on record, its repetition is not told that it is', async () => {
  const { kafka, recent } = world();
  claimed(recent, 'acme', event('a'));
  let answered = false;
  const again = claimed(recent, 'acme', event('a')).finally(() => {
    answered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  kafka.calls[0]?.acknowledge();
  expect(await again).toMatchObject([{ offset: 0, repeated: true }]);
  expect(kafka.written).toEqual(['a']);
});

test('what could not be written is forgotten: it is written when it comes again', async () => {
  const { kafka, recent } = world();
  const first = claimed(recent, 'acme', event('a'));
  const meanwhile = claimed(recent, 'acme', event('a'));
  kafka.calls[0]?.fail();
  await expect(first).rejects.toThrow('not on record');
  await expect(meanwhile).rejects.toThrow('not on record');
  const again = claimed(recent, 'acme', event('a', 'other'));
  kafka.calls[1]?.acknowledge();
  expect(await again).toMatchObject([{ offset: 1 }]);
});

test('of a call that failed for one event, the others are remembered', async () => {
  const at = { event_id: 'a', topic: 'events', partition: 3, offset: 7 };
  const refused = [{ index: 1, event_id: 'b', bytes: 9, cause: new Error('too large') }];
  const failure = new PublishError({ kind: 'unwritable', refused, published: [at] });
  const recent = createRecentEvents({
    write: () => Promise.reject(failure),
    maxEvents: 10,
    rememberMs: 60_000,
    now: () => 0,
  });
  const first = claimed(recent, 'acme', event('a'), event('b'));
  const meanwhile = claimed(recent, 'acme', event('a'));
  await expect(first).rejects.toThrow('too large');
  expect(await meanwhile).toEqual([{ ...at, repeated: true }]);
  expect(await claimed(recent, 'acme', event('a'))).toEqual([{ ...at, repeated: true }]);
});

test('other content under an id is a conflict that names the event, and nothing of its company is written', async () => {
  const { kafka, recent } = world();
  claimed(recent, 'acme', event('a'));
  const underWay = recent.claim('acme', [event('x'), event('a', 'other')]);
  expect(underWay).toEqual({ kind: 'conflict', conflicts: [1] });
  kafka.calls[0]?.acknowledge();
  await new Promise((resolve) => setImmediate(resolve));
  expect(recent.claim('acme', [event('a', 'other')])).toEqual({ kind: 'conflict', conflicts: [0] });
  expect(recent.claim('acme', [event('y'), event('y', 'other')])).toEqual({
    kind: 'conflict',
    conflicts: [1],
  });
  expect(kafka.written).toEqual(['a']);
});

test('a flood of one account makes no other forget what it has sent', async () => {
  const { kafka, recent } = world({ maxEvents: 20 });
  const send = async (account: string, id: string) => {
    const answer = claimed(recent, account, event(id));
    for (const call of kafka.calls) call.acknowledge();
    return answer;
  };
  for (const id of ['a', 'b', 'c']) await send('acme', id);
  for (let i = 0; i < 500; i++) await send('globex', `g${i}`);
  for (const id of ['a', 'b', 'c']) expect(await send('acme', id)).toMatchObject([{ repeated: true }]);
});

test('an id belongs to its account', async () => {
  const { kafka, recent } = world();
  claimed(recent, 'acme', event('a'));
  claimed(recent, 'globex', event('a', 'other'));
  expect(kafka.written).toEqual(['a', 'a']);
});

test('what is remembered is bounded; with nothing to be remembered, what is under way is still written once', async () => {
  for (const maxEvents of [0, 1]) {
    const { kafka, recent } = world({ maxEvents });
    const all = claimed(recent, 'acme', event('a'), event('a'), event('b'));
    kafka.calls[0]?.acknowledge();
    expect((await all).map(({ offset }) => offset)).toEqual([0, 0, 1]);
    claimed(recent, 'acme', event('a'));
    expect(kafka.written).toEqual(['a', 'b', 'a']);
  }
});

test('whatever is sent in whatever company, each id is on record once and every answer says where', async () => {
  const ids = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 6 }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(ids, fc.boolean(), async (requests, atOnce) => {
      const { kafka, recent } = world();
      const answers: Promise<Recorded[]>[] = [];
      for (const request of requests) {
        answers.push(claimed(recent, 'acme', ...request.map((id) => event(id))));
        if (atOnce) continue;
        for (const call of kafka.calls) call.acknowledge();
        await answers.at(-1);
      }
      for (const call of kafka.calls) call.acknowledge();
      const recorded = (await Promise.all(answers)).flat();
      expect(new Set(kafka.written).size).toBe(kafka.written.length);
      for (const { event_id, offset } of recorded) expect(kafka.written[offset]).toBe(event_id);
      expect(recorded.filter(({ repeated }) => !repeated)).toHaveLength(kafka.written.length);
    }),
  );
});
