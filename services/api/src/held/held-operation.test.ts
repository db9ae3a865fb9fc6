import type { Endpoint } from '@herald/domain/endpoint';
import { expect, it } from 'vitest';
import { createReadHistory } from '../http/read-history.ts';
import { heldOperation } from './held-operation.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 2, 15, 12);

it('tells how long until the oldest is lost, and how long a catch-up takes at the rate of the endpoint', async () => {
  const operation = heldOperation({
    readHistory: createReadHistory({ timeoutMs: 1_000, onFailure: () => {} }),
    catchUpPerSecond: 100,
    now: () => NOW_MS,
  });
  const endpoint = { id: 'ep_1', state: 'active', rateLimitPerSecond: 8 } as Endpoint;
  const asked: unknown[] = [];
  const account = {
    endpoints: {
      get: () => ({ endpoint, revision: 3 }),
      status: () => ({ state: 'catching-up', sinceMs: NOW_MS - HOUR_MS, configRevision: 3, releasedTo: 7 }),
      held: async (...query: unknown[]) => {
        asked.push(query);
        return {
          asOfMs: NOW_MS - 10_000,
          deliveries: 1_201,
          oldestHeldAtMs: NOW_MS - 30 * HOUR_MS,
          released: 799,
        };
      },
    },
  };
  const answer = await operation.handle({ account, params: { endpoint_id: 'ep_1' } } as never);
  expect(asked).toEqual([['ep_1', NOW_MS - HOUR_MS]]);
  expect(answer).toEqual({
    status: 200,
    body: {
      endpoint_id: 'ep_1',
      state: 'catching_up',
      reason: null,
      since: '2026-03-15T11:00:00.000Z',
      as_of: '2026-03-15T11:59:50.000Z',
      deliveries: 1_201,
      oldest_held_at: '2026-03-14T06:00:00.000Z',
      hours_until_loss: 13 * 24 - 30,
      per_second: 8,
      catch_up_seconds: 151,
      released: 799,
    },
  });
});
