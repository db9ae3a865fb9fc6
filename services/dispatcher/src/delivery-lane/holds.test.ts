import type { EndpointStatus } from '@herald/registry/endpoint-status';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createHolds } from './holds.ts';

function holdsOf() {
  const table = new Map<string, EndpointStatus>();
  const written: EndpointStatus[] = [];
  let hear: (id: string, now: EndpointStatus | undefined) => void = () => {};
  const holds = createHolds({
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
    },
    onFatal: (error) => {
      throw error;
    },
    now: () => 1_000,
  });
  const read = (status: EndpointStatus) => {
    table.set(status.endpointId, status);
    hear(status.endpointId, status);
  };
  return { holds, written, read };
}

const configured = { endpoint: endpointOf(), revision: 5 };

test('a hold is in force at once, before its record is read back', () => {
  const { holds, written } = holdsOf();
  expect(holds.stateOf(configured)).toEqual({ state: 'active' });
  holds.hold(configured, 'gone');
  expect(holds.stateOf(configured)).toEqual({ state: 'held', reason: 'gone' });
  expect(written).toMatchObject([{ state: 'held', reason: 'gone', configRevision: 5 }]);
});

test('attempts that find the endpoint gone together write one record', () => {
  const { holds, written } = holdsOf();
  holds.hold(configured, 'gone');
  holds.hold(configured, 'gone');
  expect(written).toHaveLength(1);
});

test('a later edit by the owner lifts the hold, and the endpoint can be held again', () => {
  const { holds, written, read } = holdsOf();
  holds.hold(configured, 'gone');
  read(written[0]!);
  const edited = { ...configured, revision: 6 };
  expect(holds.stateOf(edited)).toEqual({ state: 'active' });
  holds.hold(edited, 'gone');
  expect(holds.stateOf(edited)).toEqual({ state: 'held', reason: 'gone' });
  expect(written).toHaveLength(2);
});

test('what another owner has written later counts more than what was decided here', () => {
  const { holds, written, read } = holdsOf();
  holds.hold(configured, 'gone');
  read({ ...written[0]!, state: 'active', reason: undefined, updatedAtMs: 2_000 });
  expect(holds.stateOf(configured)).toEqual({ state: 'active' });
});
