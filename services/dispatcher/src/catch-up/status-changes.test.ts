import { effectiveState } from '@herald/registry/endpoint-status';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { caughtUp, cursorMoved, entered, lifted, nothingDecided } from './status-changes.ts';

const configured = { endpoint: endpointOf(), revision: 5 };
const head = { deliveryId: 'd', offset: 9, step: 2, attempts: 1, dueAtMs: 70 };
const cursor = { releasedTo: 9, releasedBeyond: undefined, head: undefined };

test('an endpoint that is held begins where nothing of it can be before', () => {
  const status = entered(undefined, configured, { reason: 'paused', floor: 40, nowMs: 3 });
  expect(status).toMatchObject({ state: 'held', reason: 'paused', configRevision: 5, releasedTo: 40 });
});

test('an endpoint that is held again half-way keeps its place', () => {
  const known = { ...nothingDecided(configured, 1), state: 'catching-up', ...cursor } as const;
  const status = entered(known, configured, { reason: 'gone', floor: 40, nowMs: 3 });
  expect(status).toMatchObject({ state: 'held', reason: 'gone', releasedTo: 9 });
  expect(entered(status, configured, { reason: 'gone', floor: 50, nowMs: 4 })).toBeUndefined();
});

test('an ordered endpoint has a place in webhook.held without being held', () => {
  const status = entered(undefined, configured, { reason: undefined, floor: 40, nowMs: 3 });
  expect(status).toMatchObject({ state: 'active', releasedTo: 40 });
  expect(cursorMoved(status!, { ...cursor, head }, 4)).toMatchObject({ state: 'catching-up', head });
});

test('a hold that an edit has lifted leads through catching up, also where nobody has noticed yet', () => {
  const held = entered(undefined, configured, { reason: 'gone', floor: 40, nowMs: 3 })!;
  expect(effectiveState({ state: 'active' }, 5, held)).toEqual({ state: 'held', reason: 'gone' });
  expect(effectiveState({ state: 'active' }, 6, held)).toEqual({ state: 'catching-up' });
  expect(effectiveState({ state: 'active' }, 6, lifted(held, 6, 4))).toEqual({ state: 'catching-up' });
  expect(effectiveState({ state: 'active' }, 6, caughtUp(lifted(held, 6, 4), 5))).toEqual({
    state: 'active',
  });
});

test('catching up changes nothing about what is known of failures', () => {
  const failing = { sinceMs: 1, revision: 5, warnedMs: 0 };
  const known = { ...nothingDecided(configured, 1), state: 'catching-up', failing, ...cursor } as const;
  for (const status of [cursorMoved(known, cursor, 2), lifted(known, 6, 2), caughtUp(known, 2)]) {
    expect(status.failing).toEqual(failing);
  }
});
