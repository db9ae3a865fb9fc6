import { expect, it } from 'vitest';
import { addressGroup } from './address-group.ts';
import { createRequestLimits } from './request-limits.ts';

const key = { kind: 'api_key', id: 'k1' } as const;

function limits() {
  const clock = { nowMs: 0 };
  return { clock, ...createRequestLimits({ requestsPerSecond: 2, burst: 3, now: () => clock.nowMs }) };
}

it('a caller may make a burst of requests, is told what is left, and may go on at the rate', () => {
  const { clock, ofCaller } = limits();
  const asked = [1, 2, 3, 4].map(() => ofCaller(key));
  expect(asked.map(({ ok }) => ok)).toEqual([true, true, true, false]);
  expect(asked[0]?.headers).toEqual({
    'RateLimit-Policy': '"requests";q=3;w=2',
    RateLimit: '"requests";r=2;t=1',
  });
  expect(asked[3]?.headers).toMatchObject({ RateLimit: '"requests";r=0;t=2', 'Retry-After': '1' });
  clock.nowMs = 500;
  expect([1, 2].map(() => ofCaller(key).ok)).toEqual([true, false]);
});

it('callers do not take from each other, nor from who is refused at the same address', () => {
  const { ofCaller, ofStranger } = limits();
  for (let i = 0; i < 3; i++) ofStranger('192.0.2.1');
  expect(ofStranger('192.0.2.1').ok).toBe(false);
  expect(ofStranger('192.0.2.2').ok).toBe(true);
  for (let i = 0; i < 4; i++) ofCaller(key);
  expect(ofCaller({ kind: 'portal_session', id: 'k1' }).ok).toBe(true);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1'],
  ['2001:db8:0:1::5', '2001:db8:0:1'],
  ['2001:0db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
