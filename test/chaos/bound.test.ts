import { expect, test } from 'vitest';
import { exposureAt, type Request } from './bound.ts';

const DIED_AT_MS = 10_000;

function request(arrivedAtMs: number, endedAtMs: number | undefined, webhookId = 'm'): Request {
  return { webhookId, arrivedAtMs, endedAtMs, status: endedAtMs === undefined ? undefined : 200 };
}

test('a request that was open at the death is in flight, also when its receiver answered later', () => {
  const requests = [request(9_000, undefined), request(9_990, 10_050)];
  expect(exposureAt(DIED_AT_MS, requests, 0)).toMatchObject({ inFlight: 2, justEnded: 0 });
});

test('what ended long before is committed, what ended within 100 ms may not be', () => {
  const requests = [request(9_000, 9_850), request(9_900, 9_950)];
  expect(exposureAt(DIED_AT_MS, requests, 0)).toMatchObject({ inFlight: 0, justEnded: 1 });
});

test('where Kafka is slow to acknowledge, the record and then the commit wait for it', () => {
  const requests = [request(9_000, 9_850)];
  expect(exposureAt(DIED_AT_MS, requests, 30)).toMatchObject({ justEnded: 1, windowMs: 160 });
});

test('what arrived after the death is no exposure of it', () => {
  expect(exposureAt(DIED_AT_MS, [request(10_001, undefined)], 0)).toMatchObject({
    inFlight: 0,
    justEnded: 0,
  });
});

test('the oldest repeat is of what was accepted and came again, not of a retry', () => {
  const failed = { ...request(9_000, 9_100, 'failed'), status: 503 };
  const requests = [
    failed,
    request(9_200, 9_300, 'once'),
    request(9_900, 9_960, 'twice'),
    request(10_500, 10_510, 'twice'),
    request(10_500, 10_510, 'failed'),
  ];
  expect(exposureAt(DIED_AT_MS, requests, 0).oldestRepeatMs).toBe(40);
});
