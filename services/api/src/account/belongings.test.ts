import { anAttempt } from '@herald/clickhouse/testing/sample-rows';
import { ALL_PROJECTS, type Endpoint } from '@herald/domain/endpoint';
import type { Filter } from '@herald/domain/filter/filter';
import type { Certain } from '@herald/registry/unreadable';
import { describe, expect, it } from 'vitest';
import type { AccessScope } from '../access/caller.ts';
import { belongingsOf } from './belongings.ts';

function endpoint(id: string, projectId: string, channelIds: string[] = [], accountId = 'acc_1') {
  const subscription = { channelIds: new Set(channelIds), eventTypes: new Set() };
  return { id, accountId, projectId, subscription } as unknown as Endpoint;
}

const ENDPOINTS = [
  endpoint('ep_1', 'proj_1', ['ch_1']),
  endpoint('ep_2', 'proj_1'),
  endpoint('ep_3', 'proj_2', ['ch_1']),
  endpoint('ep_4', ALL_PROJECTS, ['ch_1']),
  endpoint('ep_5', 'proj_1', ['ch_1'], 'acc_2'),
];

function belongings(
  scope: AccessScope,
  endpoints: readonly Endpoint[] = ENDPOINTS,
  unreadable: Readonly<Record<string, Certain | undefined>> = {},
) {
  const configured = endpoints.map((of) => ({ endpoint: of, revision: 1 }));
  return belongingsOf(
    { accountId: 'acc_1', scope },
    {
      get: (id) => configured.find((each) => each.endpoint.id === id),
      list: (accountId) => configured.filter((each) => each.endpoint.accountId === accountId),
      unreadable: new Map(
        Object.entries(unreadable).map(([id, certain]) => [id, { revision: 2, reason: 'newer', certain }]),
      ),
    },
  );
}

const idsOf = (scope: AccessScope) =>
  belongings(scope)
    .endpoints(undefined)
    .map((configured) => configured.endpoint.id);

describe('what belongs to a caller', () => {
  it('are endpoints of its account, and of its limits alone', () => {
    expect(idsOf({})).toEqual(['ep_1', 'ep_2', 'ep_3', 'ep_4']);
    expect(idsOf({ projectIds: new Set(['proj_1']) })).toEqual(['ep_1', 'ep_2']);
    expect(idsOf({ channelIds: new Set(['ch_1', 'ch_2']) })).toEqual(['ep_1', 'ep_3', 'ep_4']);
    expect(idsOf({ projectIds: new Set(['proj_1', ALL_PROJECTS]) })).toEqual(['ep_1', 'ep_2']);
    expect(belongings({ projectIds: new Set(['proj_2']) }).endpoint('ep_1')).toBeUndefined();
    expect(belongings({}).endpoint('ep_5')).toBeUndefined();
  });

  it('may be an endpoint that this process is too old to read, but none of others, or that nobody can read', () => {
    const known = (id: string) => ({
      kind: 'known_in_part' as const,
      endpoint: ENDPOINTS.find((each) => each.id === id)!,
    });
    const { isUnreadable } = belongings({ projectIds: new Set(['proj_1']) }, [], {
      ep_1: known('ep_1'),
      ep_3: known('ep_3'),
      ep_5: known('ep_5'),
      ep_6: undefined,
      ep_7: { kind: 'foreign' },
    });
    const ids = ['ep_1', 'ep_3', 'ep_5', 'ep_6', 'ep_7', 'ep_8'];
    expect(ids.filter(isUnreadable)).toEqual(['ep_1', 'ep_6']);
  });

  it('is the whole history of the account, or the part that went to these endpoints', () => {
    expect(belongings({}).history()).toEqual({ accountId: 'acc_1' });
    expect(belongings({ projectIds: new Set(['proj_1']) }).history()).toEqual({
      accountId: 'acc_1',
      projectIds: ['proj_1'],
      channelIds: undefined,
      endpointIds: ['ep_1', 'ep_2'],
    });
    expect(belongings({ projectIds: new Set() }).history().endpointIds).toEqual([]);
  });

  it('are dispositions of these events at these endpoints', () => {
    const { sees } = belongings({ projectIds: new Set(['proj_1']), channelIds: new Set(['ch_1']) });
    const attempt = { project_id: 'proj_1', channel_id: 'ch_1', endpoint_id: 'ep_1' };
    expect(sees(anAttempt(attempt))).toBe(true);
    for (const other of [{ project_id: 'proj_2' }, { channel_id: 'ch_2' }, { endpoint_id: 'ep_2' }]) {
      expect(sees(anAttempt({ ...attempt, ...other }))).toBe(false);
    }
  });
});

it('who is limited has no more endpoints than queries can name, however many the account may have', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => endpoint(`ep_${index}`, 'proj_1'));
  expect(belongings({}, many).fullAt()).toBeUndefined();
  expect(belongings({ projectIds: new Set(['proj_1']) }, many).fullAt()).toBe(1_000);
  expect(belongings({ projectIds: new Set(['proj_2']) }, many).fullAt()).toBeUndefined();
  expect(belongings({}, [...many, ...Array(8_999).fill(many[0])]).fullAt(1)).toBeUndefined();
  expect(belongings({}, [...many, ...Array(8_999).fill(many[0])]).fullAt(2)).toBe(10_000);
  const full = Array.from({ length: 10_000 }, (_, index) => endpoint(`ep_${index}`, 'proj_1'));
  expect(belongings({}, full).fullAt()).toBe(10_000);
  expect(belongings({ projectIds: new Set(['proj_2']) }, full).fullAt()).toBe(10_000);
});

it('the filters of an account search texts as often as it may have endpoints, whoever asks', () => {
  const searching = (id: string, times: number) => {
    const search: Filter = { field: 'content.caption', op: 'contains', value: '#spring' };
    const filter: Filter = { or: Array<Filter>(times).fill(search) };
    const of = endpoint(id, 'proj_1');
    return { ...of, subscription: { ...of.subscription, filter } };
  };
  const filterOf = (times: number) => searching('', times).subscription.filter;
  const some = [searching('ep_1', 49), searching('ep_2', 9_900), searching('ep_3', 60)];
  const { searchesFullAt } = belongings({}, some);
  expect(searchesFullAt(filterOf(1))).toBe(10_000);
  expect(searchesFullAt({ field: 'content.title', op: 'eq', value: 'x' })).toBeUndefined();
  expect(searchesFullAt(filterOf(49), 'ep_1')).toBeUndefined();
  expect(searchesFullAt(filterOf(50), 'ep_1')).toBe(10_000);
  expect(belongings({}, some.slice(0, 2)).searchesFullAt(filterOf(50))).toBeUndefined();
  expect(belongings({}, some.slice(0, 2)).searchesFullAt(filterOf(52))).toBe(10_000);
});
