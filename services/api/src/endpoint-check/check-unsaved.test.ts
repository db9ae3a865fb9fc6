import { parseNetworks } from '@herald/webhook/address-policy';
import type { Resolution } from '@herald/webhook/resolver';
import { expect, it } from 'vitest';
import { MAX_CHECKS_PER_ACCOUNT } from './check-turns.ts';
import { createCheckUnsaved } from './check-unsaved.ts';
import { viewChecked } from './check-view.ts';

const networks = parseNetworks('127.0.0.0/8');
if (networks.kind === 'invalid') throw new Error(networks.message);
const policy = { allowedNetworks: networks.networks, allowedPorts: new Set([443]) };

it('an account may have few checks at once, and is not in the way of another', async () => {
  const names = Promise.withResolvers<Resolution>();
  const check = createCheckUnsaved({ policy, resolver: () => names.promise, ca: [] });
  const underway = Array.from({ length: MAX_CHECKS_PER_ACCOUNT }, () => check('acc_1', 'https://a.example/'));
  expect(await check('acc_1', 'https://a.example/')).toEqual({
    kind: 'too_many',
    checks: MAX_CHECKS_PER_ACCOUNT,
    of: 'the account',
  });
  const others = check('acc_2', 'https://a.example/');
  names.resolve({ kind: 'failed', message: 'a.example has no address' });
  for (const one of await Promise.all([...underway, others])) expect(one.kind).toBe('checked');
  expect((await check('acc_1', 'https://a.example/')).kind).toBe('checked');
});

it('says at which stage a URL fails, why and what to do, and what was not looked at', async () => {
  const check = createCheckUnsaved({
    policy,
    resolver: async () => ({ kind: 'resolved', addresses: [{ address: '10.0.0.1', family: 4 }] }),
    ca: [],
  });
  const found = await check('acc_1', 'https://inside.example/');
  if (found.kind !== 'checked') throw new Error(found.kind);
  expect(viewChecked(found.checked)).toMatchObject({
    ok: false,
    stages: [
      { stage: 'url', result: 'passed', problem: null },
      { stage: 'dns', result: 'passed' },
      {
        stage: 'address',
        result: 'failed',
        error: 'blocked_address',
        problem: 'inside.example has an address that is not a public address (private)',
        remedy: expect.stringMatching(/./),
      },
      { stage: 'connection', result: 'not_reached' },
      { stage: 'tls', result: 'not_reached' },
    ],
    certificate: null,
  });
});

it('does not repeat what a socket says, which has addresses in it', async () => {
  const check = createCheckUnsaved({
    policy,
    resolver: async () => ({ kind: 'resolved', addresses: [{ address: '127.0.0.1', family: 4 }] }),
    ca: [],
  });
  const found = await check('acc_1', 'http://localhost:1/');
  if (found.kind !== 'checked') throw new Error(found.kind);
  const view = viewChecked(found.checked);
  expect(view.stages.map(({ result }) => result)).toEqual([
    'passed',
    'passed',
    'passed',
    'failed',
    'not_needed',
  ]);
  expect(view.stages[3]).toMatchObject({ error: 'refused' });
  const literal = await check('acc_1', 'https://10.0.0.1/');
  if (literal.kind !== 'checked') throw new Error(literal.kind);
  expect(viewChecked(literal.checked).stages.map(({ result }) => result)).toEqual([
    'passed',
    'not_needed',
    'failed',
    'not_reached',
    'not_reached',
  ]);
  expect(JSON.stringify(view)).not.toContain('127.0.0.1');
});
