import { describe, expect, it, test } from 'vitest';
import {
  type EndpointStatus,
  effectiveState,
  endpointStatusRecordOf,
  failingUnder,
  parseEndpointStatus,
} from './endpoint-status.ts';

const held: EndpointStatus = {
  endpointId: 'e',
  state: 'held',
  reason: 'gone',
  sinceMs: 1,
  configRevision: 7,
  failing: undefined,
  releasedTo: 12,
  releasedBeyond: undefined,
  head: undefined,
  updatedAtMs: 2,
};

describe("an endpoint's effective state", () => {
  it.each([
    ['nothing was decided about it', 'active', 7, undefined, { state: 'active' }],
    ['the dispatcher let it be', 'active', 7, { ...held, state: 'active' }, { state: 'active' }],
    ['the dispatcher holds it', 'active', 7, held, { state: 'held', reason: 'gone' }],
    [
      'the hold is of a later revision than this table has',
      'active',
      5,
      held,
      { state: 'held', reason: 'gone' },
    ],
    ['its owner edited it after the hold', 'active', 8, held, { state: 'catching-up' }],
    [
      'its owner edited it and nothing is held for it',
      'active',
      8,
      { ...held, releasedTo: undefined },
      { state: 'active' },
    ],
    ['it catches up', 'active', 8, { ...held, state: 'catching-up' }, { state: 'catching-up' }],
    ['its owner paused it', 'paused', 9, { ...held, state: 'active' }, { state: 'held', reason: 'paused' }],
    ['its owner disabled it while it was held', 'disabled', 7, held, { state: 'held', reason: 'disabled' }],
    ['its owner switched it off', 'off', 9, undefined, { state: 'held', reason: 'off' }],
    [
      'its owner paused it while it caught up',
      'paused',
      7,
      { ...held, state: 'catching-up' },
      { state: 'held', reason: 'paused' },
    ],
  ] as const)('where %s', (_, state, revision, status, expected) => {
    expect(effectiveState({ state }, revision, status)).toEqual(expected);
  });
});

test('an edit by the owner ends a run of failures', () => {
  const failing = { sinceMs: 5, revision: 7, warnedMs: 0 };
  expect(failingUnder(7, { ...held, failing })).toEqual(failing);
  expect(failingUnder(8, { ...held, failing })).toBeUndefined();
  expect(failingUnder(7, held)).toBeUndefined();
});

describe('a status on record', () => {
  it('means what it meant when it was written', () => {
    for (const status of [
      held,
      {
        ...held,
        state: 'catching-up',
        reason: undefined,
        releasedBeyond: 'h1:AB',
        head: { deliveryId: 'd', offset: 14, step: 3, attempts: 2, dueAtMs: 9 },
        failing: { sinceMs: 5, revision: 7, warnedMs: 86_400_000 },
      } as const,
    ]) {
      expect(parseEndpointStatus(endpointStatusRecordOf(status))).toEqual({ ok: true, value: status });
    }
  });

  it('that tells of failures without their revision is of that of the decision', () => {
    const record = { ...endpointStatusRecordOf(held), failing_since: 5 };
    expect(parseEndpointStatus(record)).toMatchObject({
      value: { failing: { sinceMs: 5, revision: 7, warnedMs: 0 } },
    });
  });

  it('of a newer version is refused rather than guessed', () => {
    expect(parseEndpointStatus({ ...endpointStatusRecordOf(held), state: 'UNKNOWN' })).toMatchObject({
      ok: false,
    });
  });
});
