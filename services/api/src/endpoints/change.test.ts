import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { describe, expect, it } from 'vitest';
import { applyPatch, endpointOf } from './change.ts';
import { endpointPatch, newEndpoint } from './endpoint-fields.ts';

const secret = {
  secretId: 's',
  scheme: 'v1',
  sealed: new Uint8Array(1),
  createdAtMs: 5,
  expiresAtMs: undefined,
} as const;
const asked = newEndpoint.parse({
  project_id: 'p',
  url: 'https://example.com/',
  name: 'a',
  retry_schedule: ['5s'],
  rate_limit_per_second: 3,
  headers: { 'X-A': 'b' },
});
const endpoint = endpointOf(asked, { id: 'ep_1', accountId: 'acc', secret, nowMs: 5 });

function patched(patch: object) {
  return applyPatch(endpoint, endpointPatch.parse(patch), 9);
}

describe('a patch', () => {
  it.each([
    [{ name: 'b' }, { name: 'b' }],
    [{ url: 'https://example.org/' }, { url: 'https://example.org/' }],
    [{ format: 'upload-post' }, { format: 'upload-post' }],
    [{ state: 'disabled' }, { state: 'disabled' }],
    [{ timeout_ms: 100 }, { timeoutMs: 100 }],
    [{ max_concurrency: 1 }, { maxConcurrency: 1 }],
    [{ ordering: 'publication' }, { ordering: 'publication' }],
    [{ on_dead_head: 'hold' }, { onDeadHead: 'hold' }],
    [{ rate_limit_per_second: null }, { rateLimitPerSecond: undefined }],
    [{ rate_limit_per_second: 7 }, { rateLimitPerSecond: 7 }],
    [{ retry_schedule: null }, { retrySchedule: DEFAULT_RETRY_SCHEDULE }],
    [{ retry_schedule: ['1h'] }, { retrySchedule: ['1h'] }],
    [{ headers: {} }, { headers: {} }],
    [{ headers: { 'X-B': 'c' } }, { headers: { 'x-b': 'c' } }],
    [
      { subscription: { channel_ids: ['c'] } },
      { subscription: { channelIds: new Set(['c']), eventTypes: new Set() } },
    ],
  ])('of %j changes that and the time, and nothing else', (patch, change) => {
    expect(patched(patch)).toEqual({ ...endpoint, ...change, updatedAtMs: 9 });
  });

  it.each([[{ project_id: 'q' }], [{ kind: 'webhook' }], [{ secret: 'whsec_' }], [{ endpoint_id: 'x' }]])(
    'cannot say %j: an endpoint keeps its identity and its secrets',
    (patch) => {
      expect(endpointPatch.safeParse(patch).success).toBe(false);
    },
  );
});
