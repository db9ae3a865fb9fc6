import type { Verification } from '@herald/registry/api-key';
import { expect, test } from 'vitest';
import { authenticate } from './authenticate.ts';

const known: Record<string, Verification> = {
  hk_write: { ok: true, accountId: 'acme', role: 'write', keyId: 'k1' },
  hk_admin: { ok: true, accountId: 'acme', role: 'admin', keyId: 'k2' },
  hk_read: { ok: true, accountId: 'acme', role: 'read', keyId: 'k3' },
  hk_old: { ok: false, reason: 'expired' },
};
const keys = { verify: (text: string): Verification => known[text] ?? { ok: false, reason: 'unknown' } };

test.each(['Bearer hk_write', 'bearer hk_write', 'Bearer  hk_admin '])(
  'a key that may write opens its account: %s',
  (header) => {
    expect(authenticate(header, keys)).toMatchObject({ ok: true, accountId: 'acme' });
  },
);

test.each([
  [undefined, 401, 'missing'],
  ['', 401, 'missing'],
  ['Basic hk_write', 401, 'missing'],
  ['Bearer hk_write hk_write', 401, 'missing'],
  ['Bearer hk_nobody', 401, 'unknown'],
  ['Bearer hk_old', 401, 'expired'],
])('no key that is valid, no entry, and the remedy: %s', (header, status, reason) => {
  expect(authenticate(header, keys)).toMatchObject({ ok: false, problem: { status, reason } });
});

test('a key that may only read is told which role to use', () => {
  expect(authenticate('Bearer hk_read', keys)).toMatchObject({
    ok: false,
    problem: { status: 403, detail: expect.stringContaining('write') },
  });
});
