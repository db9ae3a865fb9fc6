import { ALL_PROJECTS, type Endpoint } from '@herald/domain/endpoint';
import { EVENT_TYPES, type EventType } from '@herald/domain/event-type';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { coversProject, match } from '@herald/domain/subscription';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEndpointIndex } from './endpoint-index.ts';
import type { ConfiguredEndpoint } from './endpoint-table.ts';
import { createTurns } from './turns.ts';

function endpoint(id: string, accountId: string, projectId: string, eventTypes: EventType[] = []): Endpoint {
  return {
    id,
    accountId,
    projectId,
    name: '',
    kind: 'webhook',
    url: 'https://example.com/',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set(eventTypes) },
    state: 'active',
    secrets: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 1,
    maxConcurrency: 1,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: {},
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

const name = fc.constantFrom('1', '2', '3');
const projectName = fc.constantFrom('1', '2', '3', ALL_PROJECTS);
const step = fc.oneof(
  fc.record({
    put: fc
      .tuple(name, name, projectName, fc.subarray([...EVENT_TYPES]))
      .map(([id, account, project, types]) => endpoint(id, account, project, types)),
  }),
  fc.record({ remove: name }),
);

describe('the endpoint index', () => {
  it('matches and lists what a look at every endpoint would, after any puts, moves and removals', () => {
    fc.assert(
      fc.property(
        fc.array(step),
        name,
        projectName,
        fc.constantFrom(...EVENT_TYPES),
        (steps, accountId, projectId, eventType) => {
          const index = createEndpointIndex();
          const all = new Map<string, { endpoint: Endpoint; revision: number }>();
          for (const [revision, change] of steps.entries()) {
            if ('put' in change) {
              all.set(change.put.id, { endpoint: change.put, revision });
              index.put({ endpoint: change.put, revision });
            } else {
              expect(index.remove(change.remove)).toBe(all.delete(change.remove));
            }
          }
          const event = { accountId, projectId, channelId: 'c', eventType, readField: () => undefined };
          const inAccount = [...all.values()].filter((one) => one.endpoint.accountId === accountId);
          const inProject = inAccount.filter(({ endpoint }) => coversProject(endpoint, projectId));
          const matching = inAccount.filter((one) => match(one.endpoint, event).matched);
          const found = index.match(event) as ConfiguredEndpoint[];
          expect(new Set(found)).toEqual(new Set(matching));
          expect(found).toHaveLength(matching.length);
          expect(new Set(index.list(accountId, undefined))).toEqual(new Set(inAccount));
          expect(new Set(index.list(accountId, projectId))).toEqual(new Set(inProject));
          for (const id of ['1', '2', '3']) expect(index.get(id)).toEqual(all.get(id));
        },
      ),
    );
  });

  it('looks only at the endpoints of the event’s project, however many others there are', () => {
    const index = createEndpointIndex();
    let looks = 0;
    for (let i = 0; i < 100_000; i++) {
      const plain = endpoint(`e${i}`, `a${i % 100}`, `p${i % 10_000}`);
      const subscription = Object.defineProperty({ ...plain.subscription }, 'channelIds', {
        get() {
          looks++;
          return plain.subscription.channelIds;
        },
      });
      index.put({ endpoint: { ...plain, subscription }, revision: i });
    }
    const matched = index.match({
      accountId: 'a7',
      projectId: 'p107',
      channelId: 'c',
      eventType: 'publication.published',
      readField: () => undefined,
    });
    expect(matched).toHaveLength(10);
    expect(looks).toBe(10);
  });

  it('leaves the process to others when its filters have read as much as a turn has, and comes out the same', async () => {
    const caption = 'a'.repeat(20_000);
    let turns = 0;
    const index = createEndpointIndex(
      createTurns(100_000, (turn) => {
        turns++;
        setImmediate(turn);
      }),
    );
    const filtered = (id: string, value: string): Endpoint => ({
      ...endpoint(id, 'a', 'p'),
      subscription: {
        channelIds: new Set(),
        eventTypes: new Set(),
        filter: { or: Array(10).fill({ field: 'content.caption', op: 'contains', value }) },
      },
    });
    for (let i = 0; i < 50; i++) index.put({ endpoint: filtered(`e${i}`, i % 10 ? 'b' : 'a'), revision: i });
    const matching = index.match({
      accountId: 'a',
      projectId: 'p',
      channelId: 'c',
      eventType: 'publication.published',
      readField: () => caption,
    });
    expect(matching).toBeInstanceOf(Promise);
    index.remove('e0');
    index.put({ endpoint: filtered('e100', 'a'), revision: 100 });
    const found = (await matching).map(({ endpoint: { id } }) => id);
    expect(found).toEqual(['e0', 'e10', 'e20', 'e30', 'e40']);
    // 45 read all ten times, which is two turns' worth, and the others once.
    expect(turns).toBeGreaterThanOrEqual(45);
  });
});
