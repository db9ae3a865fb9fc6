import type { Endpoint } from '@herald/domain/endpoint';
import { describe, expect, it } from 'vitest';
import { changeChannel, isOn, planChannel } from './notification-channel.ts';

const NOW_MS = 1_000_000;
const URL = 'https://example.com/hook';

function endpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    accountId: 'acc_1',
    projectId: '*',
    name: 'Upload notifications',
    kind: 'webhook',
    url: URL,
    format: 'upload-post',
    subscription: { channelIds: new Set(), eventTypes: new Set() },
    state: 'active',
    secrets: [],
    retrySchedule: ['5s'],
    timeoutMs: 1_000,
    maxConcurrency: 3,
    rateLimitPerSecond: 7,
    ordering: 'none',
    onDeadHead: 'skip',
    heldSkipBeforeMs: undefined,
    headers: { 'x-team': 'a' },
    createdAtMs: 1,
    updatedAtMs: 1,
    ...over,
  };
}

const chat = (over: Partial<Endpoint> = {}) =>
  endpoint({
    kind: 'telegram',
    url: '',
    telegram: { chatId: '123', sealedToken: Uint8Array.of(1) },
    rateLimitPerSecond: 1,
    ...over,
  });

const asked = (on?: boolean, address?: string) => ({ on, address });

describe('a request changes a channel', () => {
  it.each<[string, ReturnType<typeof asked>, Endpoint | undefined, boolean, string]>([
    ['not, where it says nothing and there is none', asked(), undefined, false, 'keep'],
    ['not, where it switches off what is not there', asked(false), undefined, false, 'keep'],
    ['by making it, where it says where to', asked(undefined, URL), undefined, false, 'change'],
    ['by making it, where it switches it on', asked(true, URL), undefined, false, 'change'],
    ['not, where it switches on what has no address', asked(true), undefined, false, 'nowhere'],
    ['not, where it says what is', asked(true, URL), endpoint(), false, 'keep'],
    ['where it moves it', asked(undefined, 'https://other.example/'), endpoint(), false, 'change'],
    ['where it switches it off', asked(false), endpoint(), false, 'change'],
    ['where it switches off one that is paused', asked(false), endpoint({ state: 'paused' }), true, 'change'],
    ['not, where it is off', asked(false), endpoint({ state: 'off' }), true, 'keep'],
    ['where it switches it on again', asked(true), endpoint({ state: 'off' }), true, 'change'],
    ['where it switches on one that is paused', asked(true), endpoint({ state: 'paused' }), true, 'change'],
    ['where the dispatcher holds it: it is put right', asked(true, URL), endpoint(), true, 'change'],
    ['not, where it is held and nothing is said of it', asked(), endpoint(), true, 'keep'],
    ['where it names another chat', asked(undefined, '-5'), chat(), false, 'change'],
    ['not, where it names the same chat', asked(undefined, '123'), chat(), false, 'keep'],
  ])('%s', (_, given, current, isHeld, kind) => {
    expect(planChannel(given, current, isHeld)).toEqual({ kind });
  });
});

it('switching a channel off and on again keeps all that was configured, and what was under way is not sent late', () => {
  for (const before of [endpoint(), chat()]) {
    const off = changeChannel(before, asked(false), NOW_MS);
    expect(off).toEqual({ ...before, state: 'off', updatedAtMs: NOW_MS });
    expect(isOn(off)).toBe(false);
    const on = changeChannel(off, asked(true), NOW_MS + 5);
    expect(on).toEqual({ ...before, heldSkipBeforeMs: NOW_MS + 5, updatedAtMs: NOW_MS + 5 });
  }
});

it('what a pause has held is delivered when the channel is switched on', () => {
  const paused = endpoint({ state: 'paused' });
  expect(isOn(paused)).toBe(true);
  expect(changeChannel(paused, asked(true), NOW_MS)).toEqual({ ...endpoint(), updatedAtMs: NOW_MS });
});

it('a new address changes nothing else, but for the pace of a chat that nobody has set', () => {
  expect(
    changeChannel(endpoint({ state: 'paused' }), asked(undefined, 'https://b.example/'), NOW_MS),
  ).toEqual(endpoint({ state: 'paused', url: 'https://b.example/', updatedAtMs: NOW_MS }));
  const toGroup = (of: Endpoint) => changeChannel(of, asked(undefined, '-100'), NOW_MS);
  expect(toGroup(chat())).toEqual(
    chat({
      telegram: { chatId: '-100', sealedToken: Uint8Array.of(1) },
      rateLimitPerSecond: 0.33,
      updatedAtMs: NOW_MS,
    }),
  );
  expect(toGroup(chat({ rateLimitPerSecond: 5 })).rateLimitPerSecond).toBe(5);
});
