import type { Verification } from '@herald/registry/api-key';
import { expect, it } from 'vitest';
import { createAuthenticate } from './authenticate.ts';

let known: Verification = { ok: true, accountId: 'acc_1', role: 'write', keyId: 'k1' };
const authenticate = createAuthenticate({ keys: { verify: () => known } });
const withHeader = (authorization: string) => ({
  header: (name: string) => (name === 'authorization' ? authorization : undefined),
});

it.each(['Bearer hk_x', 'Apikey hk_x', 'apikey  hk_x '])('%j names the key that asks', (authorization) => {
  expect(authenticate(withHeader(authorization), 'write')).toMatchObject({
    caller: { actor: { kind: 'api_key', id: 'k1' }, accountId: 'acc_1', role: 'write', scope: {} },
  });
});

it.each(['Basic dXNlcjpwYXNz', 'hk_x', 'Bearer', ''])('%j is as good as no key', (authorization) => {
  expect(authenticate(withHeader(authorization), 'read')).toMatchObject({
    problem: { status: 401, reason: 'missing' },
  });
});

it('a role that does not suffice is told from a key that opens nothing', () => {
  expect(authenticate(withHeader('Bearer hk_x'), 'admin')).toMatchObject({
    problem: { status: 403, role: 'write', needed_role: 'admin' },
  });
});

it('a caller is not admitted any more as soon as its key is revoked', () => {
  known = { ok: true, accountId: 'acc_1', role: 'write', keyId: 'k1' };
  const { caller } = authenticate(withHeader('Bearer hk_x'), 'read') as Extract<
    ReturnType<typeof authenticate>,
    { caller: unknown }
  >;
  expect(caller.isAdmitted()).toBe(true);
  known = { ok: false, reason: 'revoked' };
  expect(caller.isAdmitted()).toBe(false);
});
