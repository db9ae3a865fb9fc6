import { expect, test } from 'vitest';
import { countMisordered } from './order.ts';

const published = [
  { publicationId: 'p', webhookId: 'p1' },
  { publicationId: 'q', webhookId: 'q1' },
  { publicationId: 'p', webhookId: 'p2' },
];
const accepted = (...ids: string[]) => ids.map((webhookId) => ({ webhookId, status: 200 }));

test('events of one publication have to come in their order, those of others need not', () => {
  expect(countMisordered(published, accepted('p1', 'p2', 'q1'))).toBe(0);
  expect(countMisordered(published, accepted('p2', 'q1', 'p1'))).toBe(1);
});

test('an event that overtook one that never came is out of order', () => {
  expect(countMisordered(published, accepted('q1', 'p2'))).toBe(1);
});

test('an attempt that failed, and one that came again, change nothing', () => {
  const requests = [{ webhookId: 'p2', status: 503 }, ...accepted('p1', 'p2', 'p1', 'q1')];
  expect(countMisordered(published, requests)).toBe(0);
});
