import type { OutgoingRecord } from '@herald/kafka/record';
import type { WantedState } from '@herald/replay/job';
import type { ReplayProgress } from '@herald/replay/progress';
import { eventually } from '@herald/testkit/eventually';
import { expect, test } from 'vitest';
import { aJob } from '../test-support/a-job.ts';
import { type RunOptions, runReplay } from './replay-run.ts';
import { MustWait, type Source } from './source/source.ts';

const JOB = aJob();

const ENDPOINTS: RunOptions['endpoints'] = {
  exists: () => true,
  isOff: () => false,
  createdAtMs: () => 0,
  wanting: () => [],
  areWhole: () => true,
  revision: 3,
};

/** A topic of twenty events, all of them of the account. */
const TWENTY: Source = {
  async freeze(progress) {
    progress.ranges = [{ partition: 0, from: 0, to: 20, plannedTo: 0, position: 0, toSend: 0, sent: 0 }];
    return { ok: true };
  },
  async read({ ranges: [range] }, phase) {
    const from = phase === 'plan' ? range!.plannedTo : range!.position;
    if (from === 20) return { kind: 'end' };
    return {
      kind: 'entries',
      end: undefined,
      entries: Array.from({ length: 5 }, (_, n) => ({
        candidate: {
          event: {
            eventId: `e${from + n}`,
            publicationId: 'p',
            occurredAtMs: 0,
            eventType: 'publication.failed',
            accountId: 'acme',
            projectId: 'p',
            channelId: 'c',
            readField: () => undefined,
          },
          origin: { topic: 'publication.events', partition: 0, offset: from + n },
          traceparent: undefined,
          delivery: undefined,
          isGone: false,
        },
        value: Buffer.from('event'),
        place: { kind: 'offset', partition: 0, nextOffset: from + n + 1 },
      })),
    };
  },
};

/** What is on record of the replay, who has it, and what was sent. */
function world(source: Source, over: Partial<RunOptions> = {}) {
  const records: ReplayProgress[] = [];
  const sent: OutgoingRecord[] = [];
  const failed: string[] = [];
  let owner = 'us';
  const options: RunOptions = {
    owner: 'us',
    job: () => JOB,
    hasPlace: () => true,
    isNew: true,
    writer: {
      async takeOver(_, initial) {
        return { kind: 'taken', progress: structuredClone(initial) };
      },
      async put(progress) {
        if (owner !== progress.owner) return { kind: 'lost', owner };
        records.push(progress);
        return { kind: 'written' };
      },
    },
    sourceOf: () => source,
    endpoints: ENDPOINTS,
    history: { delivered: async () => [], underway: async () => [] },
    isErased: () => false,
    currency: () => ({ check: async () => {} }),
    send: async (batch) => void sent.push(...batch),
    observe: {
      done: () => {},
      unmet: () => {},
      waits: () => {},
      failed: (_, error) => failed.push(String(error)),
    },
    now: Date.now,
    signal: new AbortController().signal,
    ...over,
  };
  return {
    records,
    sent,
    failed,
    run: () => runReplay(JOB, options),
    takenOverBy(other: string) {
      owner = other;
    },
  };
}

test('while the history cannot be asked, or is late, nothing is sent and the replay says so; then it goes on', async () => {
  let questions = 0;
  let checks = 0;
  const { run, records, sent } = world(TWENTY, {
    history: {
      async delivered() {
        questions += 1;
        if (questions === 6) throw new Error('connection refused');
        return [];
      },
      underway: async () => [],
    },
    currency: () => ({
      async check() {
        checks += 1;
        if (checks === 1) throw new MustWait('the history is behind by 3 records');
      },
    }),
  });
  expect(await run()).toBe('rested');
  expect(records[0]).toMatchObject({ state: 'planning', waitingFor: 'the history is behind by 3 records' });
  const waiting = records.find(({ state, waitingFor }) => state === 'running' && waitingFor);
  expect(waiting).toMatchObject({ waitingFor: 'the history cannot be read', done: { sent: 5 } });
  expect(records.at(-1)).toMatchObject({ state: 'completed', waitingFor: undefined, done: { sent: 20 } });
  expect(new Set(sent.map(({ headers }) => headers!['delivery-id'])).size).toBe(20);
  expect(sent).toHaveLength(20);
});

test('without a place it ends where it is, says so, and the next run of it goes on there', async () => {
  let places = 5;
  const { run, records, sent } = world(TWENTY, { hasPlace: (phase) => phase === 'plan' || places-- > 0 });
  expect(await run()).toBe('no_place');
  const left = records.at(-1)!;
  expect(left).toMatchObject({
    state: 'running',
    waitingFor: expect.stringContaining('at once'),
    done: { sent: sent.length },
  });
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.length).toBeLessThan(20);
  const next = world(TWENTY, {
    isNew: false,
    writer: {
      takeOver: async () => ({ kind: 'taken', progress: left }),
      put: async () => ({ kind: 'written' }),
    },
  });
  expect(await next.run()).toBe('rested');
  expect(sent.length + next.sent.length).toBe(20);
});

test('what a newer replayer has on record is left alone', async () => {
  const { run, records, sent } = world(TWENTY, {
    writer: {
      takeOver: async () => ({ kind: 'unreadable' }),
      put: async (progress) => {
        records.push(progress);
        return { kind: 'written' };
      },
    },
  });
  expect(await run()).toBe('lost');
  expect([records, sent]).toEqual([[], []]);
});

test('what it waits for is on record, and it can be cancelled meanwhile', async () => {
  const unreadable: Source = {
    ...TWENTY,
    read: async () => ({ kind: 'entries', entries: [], end: undefined }),
  };
  for (const [waiting, reason] of [
    [(over: Partial<RunOptions>) => world(unreadable, over), 'a transaction of a producer is open'],
    [
      (over: Partial<RunOptions>) =>
        world(TWENTY, { ...over, endpoints: { ...ENDPOINTS, areWhole: () => false } }),
      'the configuration of an endpoint cannot be read',
    ],
  ] as const) {
    let wanted: WantedState = 'running';
    const { run, records, sent } = waiting({ job: () => ({ ...JOB, wanted }) });
    const ended = run();
    await eventually(() => expect(records.at(-1)!.waitingFor).toContain(reason));
    wanted = 'cancelled';
    expect(await ended).toBe('rested');
    expect(records.at(-1)).toMatchObject({ state: 'cancelled', waitingFor: undefined });
    expect(sent).toEqual([]);
  }
});

test('where a long look finds nothing its place goes on record, and it can be cancelled meanwhile', async () => {
  let wanted: WantedState = 'running';
  let looks = 0;
  const rare: Source = {
    async freeze(progress) {
      progress.history = { asOfMs: 0, planned: undefined, replayed: undefined };
      return { ok: true };
    },
    async read() {
      looks += 1;
      if (looks === 3) wanted = 'cancelled';
      const end = { kind: 'delivery', deliveryId: `d${looks}`, occurredAtMs: looks } as const;
      return { kind: 'entries', entries: [], end };
    },
  };
  const now = () => 1_000 * looks;
  const { run, records } = world(rare, { job: () => ({ ...JOB, wanted }), now });
  expect(await run()).toBe('rested');
  const places = records.map(({ history }) => history?.planned?.deliveryId);
  expect(places.slice(-4)).toEqual(['d1', 'd2', 'd3', 'd3']);
  expect([looks, records.at(-1)!.state]).toEqual([3, 'cancelled']);
});

test('what retention takes between plan and run is counted as expired: the sums close', async () => {
  const dropped: Source = {
    ...TWENTY,
    async read(progress, phase, signal) {
      const isFirst = phase === 'run' && progress.ranges[0]!.position === 0;
      if (isFirst) return { kind: 'expired', range: { partition: 0, from: 0, to: 15 } };
      return TWENTY.read(progress, phase, signal);
    },
  };
  const { run, records, sent } = world(dropped);
  await run();
  const { state, planned, done, expired } = records.at(-1)!;
  expect([state, sent.length]).toEqual(['completed', 5]);
  expect(expired).toEqual([{ partition: 0, from: 0, to: 15 }]);
  expect(planned).toEqual({ scanned: 20, matched: 20, sent: 20, skipped: {} });
  expect(done).toEqual({ scanned: 5, matched: 20, sent: 5, skipped: { expired: 15 } });
});

test('a history that is refused is asked once more, then the replay fails with what ClickHouse said', async () => {
  const refusal = new Error(
    'Poco::Exception. Code: 1000, e.code() = 0, HTML Form Exception: Field value too long',
  );
  let questions = 0;
  const refusing = (upTo: number) =>
    world(TWENTY, {
      history: {
        async delivered() {
          questions += 1;
          if (questions % 3 !== 0 && questions <= upTo) throw refusal;
          return [];
        },
        underway: async () => [],
      },
    });
  const failing = refusing(Infinity);
  expect(await failing.run()).toBe('rested');
  expect(questions).toBe(2);
  expect(failing.records.at(-1)).toMatchObject({ state: 'failed', waitingFor: undefined });
  expect(failing.records.at(-1)!.error).toContain('Field value too long');
  expect([failing.failed.length, failing.sent.length]).toEqual([1, 0]);

  questions = 1;
  const mended = refusing(2);
  await mended.run();
  expect(mended.records.at(-1)).toMatchObject({ state: 'completed', done: { sent: 20 } });
});

test('a run goes where its plan went: what wants events later is left out, and what wants none any more is counted', async () => {
  const job = aJob({ targetEndpointId: undefined, skipDelivered: false });
  let isPlanned = false;
  let eventsRun = 0;
  // What was gone before the plan was no part of it: it is no reason for what is missing in the run.
  const source: Source = {
    ...TWENTY,
    async freeze(progress, given) {
      progress.expired = [{ partition: 1, from: 0, to: 7 }];
      return TWENTY.freeze(progress, given);
    },
  };
  const { run, records, sent } = world(source, {
    job: () => job,
    endpoints: {
      ...ENDPOINTS,
      // One that is there wants half of it no more, others are made, and another one is gone.
      wanting() {
        if (!isPlanned) return ['planned', 'gone'];
        eventsRun += 1;
        return eventsRun <= 10 ? ['planned', 'made'] : ['made'];
      },
    },
    writer: {
      async takeOver(_, initial) {
        return { kind: 'taken', progress: structuredClone(initial) };
      },
      async put(progress) {
        records.push(progress);
        isPlanned ||= progress.plannedAtMs !== undefined;
        return { kind: 'written' };
      },
    },
  });
  await run();
  const { planned, done } = records.at(-1)!;
  expect(planned).toMatchObject({ matched: 40, sent: 40 });
  expect(done).toMatchObject({ sent: 10, skipped: { not_planned: 20, no_endpoint: 10, not_wanted: 20 } });
  expect(sent.every(({ key }) => key === 'planned')).toBe(true);
});

test('what another replayer has taken over is left to it, and its record is not touched', async () => {
  const away = world(TWENTY, {
    async send(batch) {
      away.sent.push(...batch);
      away.takenOverBy('another');
    },
  });
  expect(await away.run()).toBe('lost');
  expect(away.records.every(({ done }) => done.sent === 0)).toBe(true);
});

test('a source that cannot be read fails the replay, and not the replayer', async () => {
  const unreadable: Source = {
    ...TWENTY,
    async read() {
      throw new Error('the log is another one');
    },
  };
  const unfrozen: Source = {
    ...TWENTY,
    async freeze() {
      throw new Error('no such topic');
    },
  };
  for (const [source, error] of [
    [unreadable, 'the log is another one'],
    [unfrozen, 'no such topic'],
  ] as const) {
    const { run, records, failed, sent } = world(source);
    expect(await run()).toBe('rested');
    expect(records.at(-1)).toMatchObject({ state: 'failed', error });
    expect(failed).toHaveLength(1);
    expect(sent).toEqual([]);
  }
});

test('a replay that is stopped with its replayer has on record what it has sent', async () => {
  const stopping = new AbortController();
  const { run, records, sent } = world(TWENTY, {
    job: () => ({ ...JOB, perSecond: 10 }),
    signal: stopping.signal,
    send: async (batch) => {
      sent.push(...batch);
      if (sent.length === 3) stopping.abort(new Error('the term is over'));
    },
  });
  await expect(run()).rejects.toThrow('the term is over');
  expect(records.at(-1)).toMatchObject({ state: 'running', done: { sent: 3 }, ranges: [{ position: 3 }] });
});
