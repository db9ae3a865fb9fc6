import { describe, expect, it } from 'vitest';
import { ALL_PROJECTS, type Endpoint } from './endpoint.ts';
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
  readField: () => undefined,
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

  it('gives an endpoint of all projects every event of its account', () => {
    const everywhere = endpoint({ projectId: ALL_PROJECTS });
    expect(match(everywhere, event).matched).toBe(true);
    expect(match(everywhere, { ...event, projectId: 'prj_9' }).matched).toBe(true);
    expect(match(everywhere, { ...event, accountId: 'acc_2' })).toMatchObject({ because: 'account' });
  });

  it('keeps everything from an endpoint that is off, so that nothing is held for it', () => {
    expect(match(endpoint({ state: 'off' }), event)).toEqual({ matched: false, because: 'off' });
  });

  it('lets through what passes the filter, and asks for what the message says only where there is one', () => {
    const reads: string[] = [];
    const told = (type: string) => ({
      ...event,
      readField(path: string) {
        reads.push(path);
        return path === 'channel.type' ? type : undefined;
      },
    });
    const filter = { field: 'channel.type', op: 'eq', value: 'tiktok' } as const;
    const filtered = endpoint({ subscription: { channelIds: new Set(), eventTypes: new Set(), filter } });
    expect(match(filtered, told('tiktok')).matched).toBe(true);
    expect(match(filtered, told('x'))).toEqual({ matched: false, because: 'filter' });
    expect(reads).toEqual(['channel.type', 'channel.type']);
    expect(match(endpoint(), told('x')).matched).toBe(true);
    expect(reads).toHaveLength(2);
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

    it('passes any filter, which is about what publications say', () => {
      const filter = { field: 'channel.type', op: 'eq', value: 'tiktok' } as const;
      const subscription = { ...asking().subscription, filter };
      expect(match(asking({ subscription }), failing)).toEqual({ matched: true });
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
