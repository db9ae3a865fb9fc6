import type { EndpointStatus } from '@herald/registry/endpoint-status';
import { expect, test, vi } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createStatusBook } from '../catch-up/status-book.ts';
import { createHolds } from './holds.ts';

function holdsOf() {
  const table = new Map<string, EndpointStatus>();
  const written: EndpointStatus[] = [];
  let hear: (id: string, now: EndpointStatus | undefined) => void = () => {};
  const book = createStatusBook({
    statuses: {
      get: (id) => table.get(id),
      onChange(listener) {
        hear = listener;
        return () => {};
      },
    },
    writer: {
      async put(status) {
        written.push(status);
      },
      async delete() {},
    },
    onFatal: (error) => {
      throw error;
    },
  });
  const holds = createHolds(book, () => 1_000);
  const read = (status: EndpointStatus) => {
    table.set(status.endpointId, status);
    hear(status.endpointId, status);
  };
  return { holds, book, written, read };
}

const configured = { endpoint: endpointOf(), revision: 5 };
const GONE = { hold: 'gone', failing: undefined } as const;

test('a hold is in force at once, before it is on record', () => {
  const { holds, written } = holdsOf();
  expect(holds.stateOf(configured)).toEqual({ state: 'active' });
  holds.decide(configured, GONE);
  expect(holds.stateOf(configured)).toEqual({ state: 'held', reason: 'gone' });
  expect(written).toEqual([]);
});

test('what goes on record is what was decided last, whichever decision asks for it', async () => {
  const { holds, written } = holdsOf();
  const failing = { sinceMs: 900, revision: 5, warnedMs: 0 };
  const first = holds.decide(configured, { failing });
  holds.decide(configured, { hold: 'failing', failing });
  await first.persist();
  expect(written).toMatchObject([{ state: 'held', reason: 'failing', configRevision: 5, failing }]);
});

test('what an owner is told of goes on record after it was told, whoever else writes the status', async () => {
  const { holds, book, written } = holdsOf();
  const told = holds.decide(configured, { ...GONE, isTold: true });
  const appended = vi.fn();
  book.write('ep1');
  book.whenRecorded('ep1', appended);
  await Promise.resolve();
  expect(written).toEqual([]);
  expect(holds.stateOf(configured)).toEqual({ state: 'held', reason: 'gone' });
  await told.persist();
  expect(written).toMatchObject([{ state: 'held', reason: 'gone' }]);
  expect(appended).toHaveBeenCalled();
});

test('a run of failures changes nothing else about an endpoint', async () => {
  const { holds, written, read } = holdsOf();
  const known = { ...stateOf('catching-up'), releasedTo: 7, configRevision: 4, sinceMs: 3 };
  read(known);
  const failing = { sinceMs: 900, revision: 5, warnedMs: 0 };
  await holds.decide(configured, { failing }).persist();
  expect(written).toEqual([{ ...known, failing, updatedAtMs: 1_000 }]);
});

test('a decision that is withdrawn was never taken, unless another followed', () => {
  const { holds } = holdsOf();
  const first = holds.decide(configured, GONE);
  first.withdraw();
  expect(holds.stateOf(configured)).toEqual({ state: 'active' });
  const second = holds.decide(configured, GONE);
  holds.decide(configured, { hold: 'failing', failing: undefined });
  second.withdraw();
  expect(holds.stateOf(configured)).toEqual({ state: 'held', reason: 'failing' });
});

test('a later edit by the owner lifts the hold, and the endpoint can be held again', async () => {
  const { holds, written, read } = holdsOf();
  await holds.decide(configured, GONE).persist();
  read(written[0]!);
  const edited = { ...configured, revision: 6 };
  expect(holds.stateOf(edited)).toEqual({ state: 'active' });
  await holds.decide(edited, GONE).persist();
  expect(holds.stateOf(edited)).toEqual({ state: 'held', reason: 'gone' });
  expect(written).toHaveLength(2);
});

test('what another owner has written later counts more than what was decided here', () => {
  const { holds, read } = holdsOf();
  holds.decide(configured, GONE);
  read({ ...stateOf('active'), updatedAtMs: 2_000 });
  expect(holds.stateOf(configured)).toEqual({ state: 'active' });
});

test('of two decisions in one millisecond, reading back the first does not undo the second', async () => {
  const { holds, written, read } = holdsOf();
  await holds.decide(configured, { failing: { sinceMs: 900, revision: 5, warnedMs: 0 } }).persist();
  holds.decide(configured, GONE);
  read(written[0]!);
  expect(holds.stateOf(configured)).toEqual({ state: 'held', reason: 'gone' });
});

function stateOf(state: EndpointStatus['state']): EndpointStatus {
  return {
    endpointId: 'ep1',
    state,
    reason: undefined,
    sinceMs: 1,
    configRevision: 5,
    failing: undefined,
    releasedTo: undefined,
    releasedBeyond: undefined,
    head: undefined,
    updatedAtMs: 1,
  };
}
