import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Admission, type AdmissionLimits, createAdmission, type Priority } from './admission.ts';

const ENDPOINTS = ['a', 'b', 'c', 'd'];

type Op = { kind: 'add'; endpoint: string; priority: Priority } | { kind: 'next' } | { kind: 'finish' };

const endpoint = fc.constantFrom(...ENDPOINTS);
const priority = fc.constantFrom<Priority>('live', 'backfill');
const ops = (priorities: fc.Arbitrary<Priority>) =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('add' as const), endpoint, priority: priorities }),
      fc.record({ kind: fc.constant('next' as const) }),
      fc.record({ kind: fc.constant('finish' as const) }),
    ),
    { maxLength: 300 },
  );

const limits: AdmissionLimits = {
  maxInFlight: 5,
  maxInFlightOf: (id) => (id === 'a' ? 1 : 3),
};

interface Item {
  endpoint: string;
  priority: Priority;
  n: number;
}

/** Runs the operations; `seen` looks on after each start. */
function run(operations: readonly Op[], seen: (started: Item, admission: Admission<Item>) => void) {
  const admission = createAdmission<Item>(limits);
  const inFlight: Item[] = [];
  const queued: Item[] = [];
  operations.forEach((op, n) => {
    if (op.kind === 'add') {
      const item = { endpoint: op.endpoint, priority: op.priority, n };
      queued.push(item);
      admission.add(op.endpoint, op.priority, item);
    } else if (op.kind === 'next') {
      const turn = admission.next();
      if (!turn) return;
      inFlight.push(turn.item);
      queued.splice(queued.indexOf(turn.item), 1);
      seen(turn.item, admission);
    } else {
      const item = inFlight.shift();
      if (item) admission.finish(item.endpoint);
    }
  });
  return { admission, inFlight, queued };
}

test('neither the limit of an endpoint nor the one over all is ever exceeded', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      run(operations, (started, admission) => {
        expect(admission.inFlight).toBeLessThanOrEqual(limits.maxInFlight);
        expect(admission.inFlightOf(started.endpoint)).toBeLessThanOrEqual(
          limits.maxInFlightOf(started.endpoint),
        );
      });
    }),
  );
});

test('nothing is started twice, nothing is forgotten, and the counts are true', () => {
  fc.assert(
    fc.property(ops(priority), (operations) => {
      const started: Item[] = [];
      const { admission, inFlight, queued } = run(operations, (item) => started.push(item));
      expect(new Set(started).size).toBe(started.length);
      expect([admission.inFlight, admission.queued]).toEqual([inFlight.length, queued.length]);
      for (const item of inFlight) admission.finish(item.endpoint);
      for (let turn = admission.next(); turn; turn = admission.next()) {
        started.push(turn.item);
        admission.finish(turn.endpointId);
      }
      expect(started).toHaveLength(operations.filter(({ kind }) => kind === 'add').length);
      expect([...admission.waiting()]).toEqual([]);
    }),
  );
});

test('no endpoint waits more than one round: while it may start, no other starts twice', () => {
  fc.assert(
    fc.property(ops(fc.constant('live')), (operations) => {
      const admission = createAdmission<Item>(limits);
      const inFlight: string[] = [];
      /** What each endpoint that may start has seen of the others' starts since it came to that. */
      const startsSeen = new Map<string, Map<string, number>>();
      const mayStart = (id: string) =>
        admission.queuedOf(id) > 0 && admission.inFlightOf(id) < limits.maxInFlightOf(id);
      operations.forEach((op, n) => {
        if (op.kind === 'add')
          admission.add(op.endpoint, 'live', { endpoint: op.endpoint, priority: 'live', n });
        if (op.kind === 'finish') {
          const id = inFlight.shift();
          if (id) admission.finish(id);
        }
        const turn = op.kind === 'next' ? admission.next() : undefined;
        if (turn) {
          inFlight.push(turn.endpointId);
          startsSeen.delete(turn.endpointId);
          for (const seen of startsSeen.values()) {
            seen.set(turn.endpointId, (seen.get(turn.endpointId) ?? 0) + 1);
            expect(Math.max(...seen.values())).toBe(1);
          }
        }
        for (const id of ENDPOINTS) {
          if (!mayStart(id)) startsSeen.delete(id);
          else if (!startsSeen.has(id)) startsSeen.set(id, new Map());
        }
      });
    }),
    { numRuns: 500 },
  );
});

test('the deliveries of an endpoint start in their order, live ones before backfill', () => {
  const admission = createAdmission<number>({ maxInFlight: 100, maxInFlightOf: () => 100 });
  admission.add('a', 'backfill', 1);
  admission.add('a', 'live', 2);
  admission.add('a', 'live', 3);
  admission.add('b', 'backfill', 4);
  const started = [1, 2, 3, 4].map(() => admission.next()?.item);
  expect(started).toEqual([2, 3, 1, 4]);
});

test('a limit that is raised is used at the next end or arrival', () => {
  let limit = 1;
  const admission = createAdmission<number>({ maxInFlight: 100, maxInFlightOf: () => limit });
  for (const item of [1, 2, 3]) admission.add('a', 'live', item);
  expect([admission.next()?.item, admission.next()?.item]).toEqual([1, undefined]);
  limit = 2;
  admission.add('a', 'live', 4);
  expect([admission.next()?.item, admission.next()?.item]).toEqual([2, undefined]);
});

test('what is withdrawn or shed is not started, and an endpoint without work leaves nothing behind', () => {
  const admission = createAdmission<number>({ maxInFlight: 100, maxInFlightOf: () => 100 });
  for (const item of [1, 2, 3, 4]) admission.add('a', item === 3 ? 'backfill' : 'live', item);
  admission.add('b', 'live', 5);
  expect(admission.shed('a', 2)).toEqual([4, 3]);
  expect(admission.withdraw((item) => item !== 2)).toEqual([1, 5]);
  expect([admission.next()?.item, admission.next()]).toEqual([2, undefined]);
  admission.finish('a');
  expect([admission.inFlight, admission.queued, [...admission.waiting()]]).toEqual([0, 0, []]);
});
