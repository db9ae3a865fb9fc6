import { ALL_PROJECTS } from '@herald/domain/endpoint';
import { EVENT_TYPES, type EventType } from '@herald/domain/event-type';
import { match, type Routable } from '@herald/domain/subscription';
import { NO_FILTER } from '@herald/replay/job';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessScope } from './caller.ts';
import { coversEndpoint, coversEvent, coversReplay } from './scope.ts';

const IDS = ['a', 'b', 'c'];
const someIds = fc.subarray(IDS);
const limit = fc.option(
  someIds.map((ids) => new Set(ids)),
  { nil: undefined },
);
const scopes: fc.Arbitrary<AccessScope> = fc
  .record({ projectIds: limit, channelIds: limit })
  .map(({ projectIds, channelIds }) => ({
    ...(projectIds && { projectIds }),
    ...(channelIds && { channelIds }),
  }));
const events = fc.record({
  projectId: fc.constantFrom(...IDS),
  channelId: fc.constantFrom(...IDS, ''),
  eventType: fc.constantFrom<EventType>(...EVENT_TYPES),
});
const endpoints = fc.record({
  projectId: fc.constantFrom(...IDS, ALL_PROJECTS),
  subscription: fc.record({
    channelIds: someIds.map((ids) => new Set(ids)),
    eventTypes: fc.subarray<EventType>([...EVENT_TYPES]).map((types) => new Set(types)),
  }),
});

describe('a scope', () => {
  it('has no endpoint that could get an event from beyond it', () => {
    fc.assert(
      fc.property(scopes, endpoints, events, (scope, configured, event) => {
        fc.pre(coversEndpoint(scope, configured));
        const endpoint = { ...configured, id: 'ep', accountId: 'acc', state: 'active' } as never;
        const routable: Routable = { ...event, accountId: 'acc', readField: () => undefined };
        if (match(endpoint, routable).matched) expect(coversEvent(scope, event)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a replay is within a scope', () => {
  const isOwn = (endpointId: string) => endpointId === 'own';
  const inA = { projectIds: new Set(['a']) };
  const within = (scope: AccessScope, filter: object, targetEndpointId?: string) =>
    coversReplay(scope, { filter: { ...NO_FILTER, ...filter }, targetEndpointId }, isOwn);

  it('whatever it is for, if the scope is the account', () => {
    expect(within({}, {})).toBe(true);
  });

  it('only if it names a project, and channels, of the scope', () => {
    expect(within(inA, { projectId: 'a' }, 'own')).toBe(true);
    expect(within(inA, { projectId: 'b' }, 'own')).toBe(false);
    expect(within(inA, {}, 'own')).toBe(false);
    const onlyX = { ...inA, channelIds: new Set(['x']) };
    expect(within(onlyX, { projectId: 'a', channelIds: ['x'] }, 'own')).toBe(true);
    expect(within(onlyX, { projectId: 'a', channelIds: ['x', 'y'] }, 'own')).toBe(false);
    expect(within(onlyX, { projectId: 'a' }, 'own')).toBe(false);
  });

  it('only if it goes to endpoints of the scope, by name', () => {
    expect(within(inA, { projectId: 'a' }, 'other')).toBe(false);
    expect(within(inA, { projectId: 'a' })).toBe(false);
    expect(within(inA, { projectId: 'a', endpointIds: ['own'] })).toBe(true);
    expect(within(inA, { projectId: 'a', endpointIds: ['own', 'other'] })).toBe(false);
  });
});
