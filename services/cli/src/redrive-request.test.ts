import { expect, test } from 'vitest';
import { UsageFailure } from './failure.ts';
import { redriveRequest } from './redrive-request.ts';

test('what is to be planned or paced is a filter: with ids nothing is sent, and each flag is named', () => {
  expect(redriveRequest(['d'], {})).toEqual({ kind: 'ids' });
  for (const [given, flag] of [
    [{ dryRun: true }, '--dry-run'],
    [{ rate: 5 }, '--rate'],
  ] as const) {
    expect(() => redriveRequest(['d'], given)).toThrow(UsageFailure);
    expect(() => redriveRequest(['d'], given)).toThrow(flag);
    expect(redriveRequest([], { endpoint: 'ep', ...given })).toMatchObject({ kind: 'filter' });
  }
});

test('neither ids nor a filter, or both, is a mistake', () => {
  expect(() => redriveRequest([], {})).toThrow(UsageFailure);
  expect(() => redriveRequest(['d'], { endpoint: 'ep' })).toThrow(UsageFailure);
});

test('a status is a number, no answer is 0, and what is neither reaches the api as it was typed', () => {
  for (const [typed, status] of [
    ['503', 503],
    ['0', 0],
    ['abc', 'abc'],
    ['', ''],
  ] as const) {
    expect(redriveRequest([], { status: typed })).toMatchObject({ body: { filter: { status } } });
  }
});
