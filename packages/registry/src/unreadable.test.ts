import type { UndecodableReason } from '@herald/contracts/codec';
import { ALL_PROJECTS } from '@herald/domain/endpoint';
import type { KnownInPart, Routable } from '@herald/domain/subscription';
import { describe, expect, test } from 'vitest';
import {
  type Certain,
  certainOfUndecodable,
  isWholeFor,
  type Unreadable,
  undecidedFor,
  unreadableEndpoints,
} from './unreadable.ts';

const entry = (certain: Certain | undefined) => ({ revision: 1, reason: 'newer', certain });
const ofAccount = (accountId: string, over: Partial<KnownInPart> = {}) =>
  entry({
    kind: 'known_in_part',
    endpoint: {
      id: 'e',
      accountId,
      projectId: ALL_PROJECTS,
      subscription: { channelIds: new Set(), eventTypes: new Set() },
      ...over,
    },
  });
const foreign = entry({ kind: 'foreign' });
const tableOf = (...entries: [id: string, of: ReturnType<typeof entry>][]): Unreadable => new Map(entries);

const event: Routable = {
  eventType: 'publication.published',
  accountId: 'a',
  projectId: 'p',
  channelId: 'c',
  readField: () => undefined,
};

describe('what an unreadable endpoint holds up', () => {
  test('are events that it may want by what can be read of it, and no others', () => {
    const subscription = (channel: string, type: string) => ({
      subscription: { channelIds: new Set([channel]), eventTypes: new Set([type]) },
    });
    const unreadable = tableOf(
      ['all', ofAccount('a')],
      ['exactly', ofAccount('a', { projectId: 'p', ...subscription('c', 'publication.published') })],
      ['another account', ofAccount('b')],
      ['another project', ofAccount('a', { projectId: 'q' })],
      ['another channel', ofAccount('a', subscription('d', 'publication.published'))],
      ['a type of a newer version', ofAccount('a', subscription('c', 'publication.archived'))],
      ['foreign', foreign],
    );
    expect(undecidedFor(event, unreadable)).toEqual({ kind: 'endpoints', endpointIds: ['all', 'exactly'] });
    expect(undecidedFor({ ...event, accountId: 'c' }, unreadable)).toEqual({
      kind: 'endpoints',
      endpointIds: [],
    });
  });

  test.each<[UndecodableReason, Certain | undefined]>([
    ['unknown_schema', undefined],
    ['incompatible_schema', undefined],
    ['foreign_format', { kind: 'foreign' }],
    ['corrupt', { kind: 'foreign' }],
  ])('is everything where it is not known whose it is and that may be learned: %s', (reason, certain) => {
    expect(certainOfUndecodable(reason)).toEqual(certain);
    const undecided = undecidedFor(event, tableOf(['e', entry(certain)]));
    expect(undecided.kind).toBe(certain ? 'endpoints' : 'anybodys');
  });
});

test('an account is whole while none of its endpoints is unreadable, and none of which the account may be learned', () => {
  expect(isWholeFor('a', tableOf())).toBe(true);
  expect(isWholeFor('a', tableOf(['e1', ofAccount('b')], ['e2', foreign]))).toBe(true);
  expect(isWholeFor('a', tableOf(['e1', ofAccount('b')], ['e2', ofAccount('a')]))).toBe(false);
  expect(isWholeFor('a', tableOf(['e1', entry(undefined)]))).toBe(false);
});

test('readiness is told how many cannot be read, and which', () => {
  expect(unreadableEndpoints(tableOf())).toBeUndefined();
  const told = unreadableEndpoints(new Map(Array.from({ length: 9 }, (_, n) => [`e${n}`, ofAccount('a')])));
  expect(told).toBe('9 records of endpoints cannot be read by this version: update it (e0, e1, e2, e3, e4)');
});
