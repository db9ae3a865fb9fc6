import type { Endpoint, SealedSecret } from '@herald/domain/endpoint';
import { DEFAULT_RETRY_SCHEDULE } from '@herald/domain/retry-tiers';
import { expect, test } from 'vitest';
import { rotateSecret, signingSecrets } from './rotate.ts';

const NOW_MS = 1_000_000;

function secretOf(secretId: string, expiresAtMs?: number): SealedSecret {
  return { secretId, scheme: 'v1', sealed: Buffer.alloc(0), createdAtMs: 0, expiresAtMs };
}

function endpointOf(...secrets: SealedSecret[]): Endpoint {
  return { id: 'ep', secrets, retrySchedule: DEFAULT_RETRY_SCHEDULE, updatedAtMs: 0 } as unknown as Endpoint;
}

function afterRotation(overlapMs: number, ...before: SealedSecret[]) {
  const rotated = rotateSecret(endpointOf(...before), secretOf('new'), { overlapMs, nowMs: NOW_MS });
  return rotated.secrets.map(({ secretId, expiresAtMs }) => [secretId, expiresAtMs]);
}

test('the new secret is the current one, and the one before signs until the overlap ends', () => {
  expect(afterRotation(500, secretOf('old'))).toEqual([
    ['new', undefined],
    ['old', NOW_MS + 500],
  ]);
});

test('without an overlap nothing but the new secret is left, whatever was under way', () => {
  expect(afterRotation(0, secretOf('old'), secretOf('older', NOW_MS + 9_999))).toEqual([['new', undefined]]);
});

test('a rotation within a rotation prolongs no secret, and shortens where it has the shorter overlap', () => {
  expect(
    afterRotation(500, secretOf('old'), secretOf('a', NOW_MS + 100), secretOf('b', NOW_MS + 900)),
  ).toEqual([
    ['new', undefined],
    ['old', NOW_MS + 500],
    ['a', NOW_MS + 100],
    ['b', NOW_MS + 500],
  ]);
});

test('what has expired goes, and counts no more', () => {
  const endpoint = endpointOf(secretOf('old'), secretOf('gone', NOW_MS));
  expect(signingSecrets(endpoint, NOW_MS).map(({ secretId }) => secretId)).toEqual(['old']);
  expect(afterRotation(500, ...endpoint.secrets)).toHaveLength(2);
});
