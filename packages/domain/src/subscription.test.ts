import { describe, expect, it } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import { DEFAULT_RETRY_SCHEDULE } from './retry-tiers.ts';
import { match } from './subscription.ts';

function endpoint(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    accountId: 'acc_1',
    projectId: 'prj_1',
    name: '',
    kind: 'webhook',
    url: 'https://example.com/hook',
    format: 'publication',
    subscription: { channelIds: new Set(), eventTypes: new Set() },
    state: 'active',
    secrets: [],
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    timeoutMs: 15_000,
    maxConcurrency: 10,
    rateLimitPerSecond: undefined,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: {},
    createdAtMs: 0,
    updatedAtMs: 0,
    ...changes,
  };
}

const event = {
  eventType: 'publication.published',
  accountId: 'acc_1',
  projectId: 'prj_1',
  channelId: 'ch_1',
} as const;

describe('match', () => {
  it('gives a project-wide endpoint every event of its project', () => {
    expect(match(endpoint(), event)).toEqual({ matched: true });
  });

  it.each([
    ['another account', 'account', { accountId: 'acc_2' }],
    ['another project', 'project', { projectId: 'prj_2' }],
    ['other channels', 'channel', { subscription: { channelIds: new Set(['ch_2']), eventTypes: new Set() } }],
    [
      'other types',
      'type',
      { subscription: { channelIds: new Set(), eventTypes: new Set(['publication.failed']) } },
    ],
  ] as const)('says why an endpoint of %s does not match', (_, because, changes) => {
    expect(match(endpoint(changes as Partial<Endpoint>), event)).toEqual({ matched: false, because });
  });

  it.each(['paused', 'disabled'] as const)('matches a %s endpoint, so that its events are held', (state) => {
    expect(match(endpoint({ state }), event).matched).toBe(true);
  });

  it('keeps deletions from a format that cannot say them', () => {
    const uploadPost = endpoint({ format: 'upload-post' });
    expect(match(uploadPost, event).matched).toBe(true);
    expect(match(uploadPost, { ...event, eventType: 'publication.deleted' })).toEqual({
      matched: false,
      because: 'format',
    });
  });

  describe('of an operational event', () => {
    const failing = {
      ...event,
      eventType: 'endpoint.failing',
      channelId: '',
      aboutEndpointId: 'ep_2',
    } as const;
    const asking = (changes: Partial<Endpoint> = {}) =>
      endpoint({
        subscription: { channelIds: new Set(), eventTypes: new Set(['endpoint.failing']) },
        ...changes,
      });

    it('has to be asked for by name', () => {
      expect(match(endpoint(), failing)).toEqual({ matched: false, because: 'type' });
      expect(match(asking(), failing)).toEqual({ matched: true });
      expect(match(asking(), { ...failing, eventType: 'endpoint.disabled' })).toMatchObject({
        because: 'type',
      });
      expect(match(asking(), event)).toMatchObject({ because: 'type' });
    });

    it('reaches an endpoint of some channels too, since it is about none', () => {
      const ofChannel = asking({
        subscription: { channelIds: new Set(['ch_2']), eventTypes: new Set(['endpoint.failing']) },
      });
      expect(match(ofChannel, failing)).toEqual({ matched: true });
    });

    it('stays within the project', () => {
      expect(match(asking({ projectId: 'prj_2' }), failing)).toMatchObject({ because: 'project' });
    });

    it('is not told to the endpoint that it is about', () => {
      expect(match(asking({ id: 'ep_2' }), failing)).toEqual({ matched: false, because: 'itself' });
    });

    it('is nothing that the upload-post format can say', () => {
      expect(match(asking({ format: 'upload-post' }), failing)).toMatchObject({ because: 'format' });
    });
  });
});
