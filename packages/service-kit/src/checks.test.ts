import { expect, test } from 'vitest';
import { createChecks } from './checks.ts';

test('only the failing checks are named, with what each says', () => {
  const checks = createChecks();
  checks.add('kafka', () => true);
  checks.add('table', () => '7 s behind');
  checks.add('lane', () => {
    throw new Error('not started');
  });
  expect(checks.failing()).toEqual({ table: '7 s behind', lane: 'not started' });
});

test('a check does not silently replace another of the same name', () => {
  const checks = createChecks();
  checks.add('kafka', () => true);
  expect(() => checks.add('kafka', () => true)).toThrow('kafka');
});
