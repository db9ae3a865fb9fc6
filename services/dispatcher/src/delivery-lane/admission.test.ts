import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Admission, type AdmissionLimits, createAdmission } from './admission.ts';
import type { Priority } from './priority.ts';

const ENDPOINTS = ['a', 'b', 'c', 'd'];

type Op =
  | { kind: 'add'; endpoint: string; priority: Priority }
  | { kind: 'next' }
  | { kind: 'finish' }
  | { kind: 'wait'; ms: number };

const endpoint = fc.constantFrom(...ENDPOINTS);
const priority = fc.constantFrom<Priority>('live', 'backfill');
const ops = (priorities: fc.Arbitrary<Priority>) =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('add' as const), endpoint, priority: priorities }),
      fc.record({ kind: fc.constant('next' as const) }),
      fc.record({ kind: fc.constant('finish' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20) }),
    ),
    { maxLength: 300 },
  );

function limitsOf(given: Partial<AdmissionLimits> = {}): AdmissionLimits {
  return {
    maxInFlight: 100,
    maxInFlightPerHost: 100,
    maxInFlightOf: () => 100,
    maxBackfillInFlightOf: () => 100,
    hostOf: (id) => id,
    startsAtMs: (_id, nowMs) => nowMs,
    ...given,
  };
}

/** a and b share a host; c may start in every second ten milliseconds only, at the time that it says. */
const limits = limitsOf({
  maxInFlight: 5,
  maxInFlightPerHost: 3,
  maxInFlightOf: (id) => (id === 'a' ? 1 : 3),
  maxBackfillInFlightOf: (id) => (id === 'd' ? 1 : 100),
  hostOf: (id) => (id === 'a' || id === 'b' ? 'ab' : id),
  startsAtMs: (id, nowMs) => (id === 'c' && nowMs % 20 < 10 ? nowMs - (nowMs % 20) + 10 : nowMs),
});

interface Item {
  endpoint: string;
  priority: Priority;
  n: number;
}

interface Moment {
  admission: Admission<Item>;
  inFlight: readonly Item[];
  queued: readonly Item[];
  nowMs: number;
  started: Item | undefined;
}

/** Runs the operations; `seen` looks on after each `next`. */
function run(operations: readonly Op[], seen: (moment: Moment) => void) {
  const admission = createAdmission<Item>(limits);
  const inFlight: Item[] = [];
  const queued: Item[] = [];
  let nowMs = 0;
  operations.forEach((op, n) => {
    if (op.kind === 'wait') nowMs += op.ms;
    else if (op.kind === 'add') {
      const item = { endpoint: op.endpoint, priority: op.priority, n };
      queued.push(item);
      admission.add(op.endpoint, op.priority, item, nowMs);
    } else if (op.kind === 'next') {
      const turn = admission.next(nowMs);
      if (turn) {
        inFlight.push(turn.item);
        queued.splice(queued.indexOf(turn.item), 1);
      }
      seen({ admission, inFlight, queued, nowMs, started: turn?.item });
    } else {
      const item = inFlight.shift();
      if (item) admission.finish(item.endpoint, item.priority, nowMs);
    }
  });
  return { admission, inFlight, queued, nowMs };
}

function inFlightTo(host: string, { inFlight }: Moment): number {
  return inFlight.filter((item) => limits.hostOf(item.endpoint) === host).length;
}

function backfillTo(id: string, { inFlight }: Moment): number {
  return inFlight.filter((item) => item.endpoint === id && item.priority === 'backfill').length;
}

/** Whether nothing but the turn keeps the endpoint from starting. */
function mayStart(id: string, moment: Moment): boolean {
  const { admission, nowMs, queued } = moment;
  const hasPlace = { live: true, backfill: backfillTo(id, moment) < limits.maxBackfillInFlightOf(id) };
  return (
    queued.some((item) => item.endpoint === id && hasPlace[item.priority]) &&
    admission.inFlightOf(id) < limits.maxInFlightOf(id, nowMs) &&
    inFlightTo(limits.hostOf(id), moment) < limits.maxInFlightPerHost &&
    limits.startsAtMs(id, nowMs) <= nowMs
  );
}

test('neither the limit of an endpoint, nor of its backfill, nor of its host, nor the one over all, nor its time is ever exceeded', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      run(operations, (moment) => {
        const { admission, started, nowMs } = moment;
        expect(admission.inFlight).toBeLessThanOrEqual(limits.maxInFlight);
        if (!started) return;
        const { endpoint: id } = started;
        expect(admission.inFlightOf(id)).toBeLessThanOrEqual(limits.maxInFlightOf(id, nowMs));
        expect(backfillTo(id, moment)).toBeLessThanOrEqual(limits.maxBackfillInFlightOf(id));
        expect(inFlightTo(limits.hostOf(id), moment)).toBeLessThanOrEqual(limits.maxInFlightPerHost);
        expect(limits.startsAtMs(id, nowMs)).toBeLessThanOrEqual(nowMs);
      });
    }),
  );
});

test('whatever else is full or not yet due, something starts while anything may', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      run(operations, (moment) => {
        if (moment.started || moment.admission.inFlight >= limits.maxInFlight) return;
        expect(ENDPOINTS.filter((id) => mayStart(id, moment))).toEqual([]);
      });
    }),
    { numRuns: 500 },
  );
});

test('what waits for its time alone is told, so that it can be asked for then', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      run(operations, (moment) => {
        const { admission, started, nowMs, queued } = moment;
        if (started || admission.inFlight >= limits.maxInFlight) return;
        const isOnlyEarly =
          queued.some((item) => item.endpoint === 'c') && admission.inFlightOf('c') < 3 && nowMs % 20 < 10;
        if (isOnlyEarly) expect(admission.nextStartMs).toBe(nowMs - (nowMs % 20) + 10);
      });
    }),
  );
});

test('nothing is started twice, nothing is forgotten, and the counts are true', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      const started: Item[] = [];
      const { admission, inFlight, queued } = run(operations, (moment) => {
        if (moment.started) started.push(moment.started);
      });
      expect(new Set(started).size).toBe(started.length);
      expect([admission.inFlight, admission.queued]).toEqual([inFlight.length, queued.length]);
      for (const item of inFlight) admission.finish(item.endpoint, item.priority, 1_000_010);
      for (let turn = admission.next(1_000_010); turn; turn = admission.next(1_000_010)) {
        started.push(turn.item);
        admission.finish(turn.endpointId, turn.item.priority, 1_000_010);
      }
      expect(started).toHaveLength(operations.filter(({ kind }) => kind === 'add').length);
      expect([...admission.waiting()]).toEqual([]);
    }),
  );
});

test('no endpoint waits more than one round: while it may start, no other starts twice', () => {
  fc.assert(
    fc.property(ops(fc.constant('live')), (operations) => {
      /** What each endpoint that may start has seen of the others' starts since it came to that. */
      const startsSeen = new Map<string, Map<string, number>>();
      run(operations, (moment) => {
        if (moment.started) {
          const { endpoint: id } = moment.started;
          startsSeen.delete(id);
          for (const seen of startsSeen.values()) {
            seen.set(id, (seen.get(id) ?? 0) + 1);
            expect(Math.max(...seen.values())).toBe(1);
          }
        }
        for (const id of ENDPOINTS) {
          if (!mayStart(id, moment)) startsSeen.delete(id);
          else if (!startsSeen.has(id)) startsSeen.set(id, new Map());
        }
      });
    }),
    { numRuns: 500 },
  );
});

test('the endpoints of a full host take turns at it, and those of other hosts do not wait for them', () => {
  const admission = createAdmission<string>(
    limitsOf({ maxInFlightPerHost: 2, hostOf: (id) => (id.startsWith('shared') ? 'shared' : id) }),
  );
  for (let n = 0; n < 4; n++) {
    for (const id of ['shared1', 'shared2', 'shared3', 'other']) admission.add(id, 'live', id, 0);
  }
  const startAll = () => {
    const started: string[] = [];
    for (let turn = admission.next(0); turn; turn = admission.next(0)) started.push(turn.item);
    return started;
  };
  expect(startAll().toSorted()).toEqual(['other', 'other', 'shared1', 'shared2']);
  const turns: string[] = [];
  const atHost = ['shared1', 'shared2'];
  for (let n = 0; n < 6; n++) {
    admission.finish(atHost.shift()!, 'live', 0);
    const started = startAll();
    expect(started).toHaveLength(1);
    atHost.push(started[0]!);
    turns.push(started[0]!);
  }
  expect(turns).toEqual(['shared3', 'shared1', 'shared2', 'shared3', 'shared1', 'shared2']);
});

test('the deliveries of an endpoint start in their order, live ones before backfill', () => {
  const admission = createAdmission<number>(limitsOf());
  admission.add('a', 'backfill', 1, 0);
  admission.add('a', 'live', 2, 0);
  admission.add('a', 'live', 3, 0);
  admission.add('b', 'backfill', 4, 0);
  const started = [1, 2, 3, 4].map(() => admission.next(0)?.item);
  expect(started).toEqual([2, 3, 1, 4]);
});

test('where only what is live may start, backfill keeps its turn for later', () => {
  const admission = createAdmission<number>(limitsOf());
  admission.add('a', 'backfill', 1, 0);
  admission.add('b', 'backfill', 2, 0);
  admission.add('b', 'live', 3, 0);
  expect([admission.next(0, 'live')?.item, admission.next(0, 'live')]).toEqual([3, undefined]);
  expect([admission.next(0)?.item, admission.next(0)?.item]).toEqual([1, 2]);
});

test('a limit that is raised is used at the next end or arrival', () => {
  let limit = 1;
  const admission = createAdmission<number>(limitsOf({ maxInFlightOf: () => limit }));
  for (const item of [1, 2, 3]) admission.add('a', 'live', item, 0);
  expect([admission.next(0)?.item, admission.next(0)?.item]).toEqual([1, undefined]);
  limit = 2;
  admission.add('a', 'live', 4, 0);
  expect([admission.next(0)?.item, admission.next(0)?.item]).toEqual([2, undefined]);
});

test('what is withdrawn or shed is not started, and an endpoint without work leaves nothing behind', () => {
  const admission = createAdmission<number>(limitsOf());
  for (const item of [1, 2, 3, 4]) admission.add('a', item === 3 ? 'backfill' : 'live', item, 0);
  admission.add('b', 'live', 5, 0);
  expect(admission.shed('a', 2)).toEqual([4, 3]);
  expect(admission.withdraw((item) => item !== 2)).toEqual([1, 5]);
  expect([admission.next(0)?.item, admission.next(0)]).toEqual([2, undefined]);
  admission.finish('a', 'live', 0);
  expect([admission.inFlight, admission.queued, [...admission.waiting()]]).toEqual([0, 0, []]);
});
