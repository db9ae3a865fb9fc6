import { describe, expect, it } from 'vitest';
import {
  type EndpointStatus,
  effectiveState,
  endpointStatusRecordOf,
  parseEndpointStatus,
} from './endpoint-status.ts';

const held: EndpointStatus = {
  endpointId: 'e',
  state: 'held',
  reason: 'gone',
  sinceMs: 1,
  configRevision: 7,
  failingSinceMs: undefined,
  releasedTo: 12,
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
    ['its owner edited it after the hold', 'active', 8, held, { state: 'active' }],
    ['it catches up', 'active', 8, { ...held, state: 'catching-up' }, { state: 'catching-up' }],
    ['its owner paused it', 'paused', 9, { ...held, state: 'active' }, { state: 'held', reason: 'paused' }],
    ['its owner disabled it while it was held', 'disabled', 7, held, { state: 'held', reason: 'disabled' }],
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

describe('a status on record', () => {
  it('means what it meant when it was written', () => {
    for (const status of [
      held,
      { ...held, state: 'catching-up', reason: undefined, failingSinceMs: 5 } as const,
    ]) {
      expect(parseEndpointStatus(endpointStatusRecordOf(status))).toEqual({ ok: true, value: status });
    }
  });

  it('of a newer version is refused rather than guessed', () => {
    expect(parseEndpointStatus({ ...endpointStatusRecordOf(held), state: 'UNKNOWN' })).toMatchObject({
      ok: false,
    });
  });
});
