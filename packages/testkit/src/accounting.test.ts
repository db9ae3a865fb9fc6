import { deliveryId, webhookId } from '@herald/domain/ids';
import { expect, test } from 'vitest';
import { type Duty, settle, type Whereabouts } from './accounting.ts';

const duty = (event: string): Duty => ({ eventId: event, endpointId: 'ep' });
const arrival = (event: string, status: number | undefined) => ({
  webhookId: webhookId(event, 'ep'),
  status,
});
const kept = (places: Record<string, Whereabouts>) =>
  new Map(Object.entries(places).map(([event, place]) => [deliveryId(event, 'ep', 'event'), place]));

test('a duty that is neither received nor kept is lost', () => {
  const account = settle({
    duties: [duty('a'), duty('b')],
    arrivals: [arrival('a', 200)],
    whereabouts: kept({}),
  });
  expect(account).toMatchObject({ delivered: 1, lost: [duty('b')] });
});

test('an arrival that was not answered with 2xx delivers nothing', () => {
  const arrivals = [arrival('a', 500), arrival('b', undefined), arrival('c', 302)];
  const account = settle({ duties: ['a', 'b', 'c'].map(duty), arrivals, whereabouts: kept({}) });
  expect(account).toMatchObject({ delivered: 0, lost: ['a', 'b', 'c'].map(duty) });
});

test('a retry after a failure is no duplicate; an arrival after acceptance is', () => {
  const arrivals = [arrival('a', 500), arrival('a', 200), arrival('a', 200), arrival('a', 500)];
  expect(settle({ duties: [duty('a')], arrivals, whereabouts: kept({}) }).duplicates).toBe(2);
});

test('what was received counts as delivered even where a twin of it is kept', () => {
  const account = settle({
    duties: [duty('a'), duty('b'), duty('c')],
    arrivals: [arrival('a', 200)],
    whereabouts: kept({ a: 'dead', b: 'held', c: 'waiting' }),
  });
  expect(account).toMatchObject({ delivered: 1, dead: 0, held: 1, waiting: 1, lost: [] });
});

test('a message that nobody should have got is named', () => {
  const account = settle({ duties: [], arrivals: [arrival('a', 200)], whereabouts: kept({}) });
  expect(account.unexpected).toEqual([webhookId('a', 'ep')]);
});
