import { randomUUID } from 'node:crypto';
import type { DeliveryAttempt, Disposition, Verdict } from '@herald/contracts/generated/delivery-attempt';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type DeliveryState, stateAfter, stateOf } from './delivery-state.ts';
import { openHistoryStore } from './history-store.ts';
import { ATTEMPTS } from './tables/attempts.ts';
import { ROUTES } from './tables/routes.ts';
import { createHistoryDatabase, type HistoryDatabase } from './testing/history-database.ts';
import { anAttempt, aRoute, NOON_MS } from './testing/sample-rows.ts';

const DISPOSITIONS: Disposition[] = [
  'UNKNOWN',
  'ATTEMPTED',
  'PARKED',
  'HELD',
  'RELEASED',
  'DEAD',
  'CANCELLED',
  'FENCED',
  'EXPIRED',
];
const VERDICTS: Verdict[] = ['UNKNOWN', 'NONE', 'DELIVERED', 'RETRY', 'DEAD', 'HOLD'];
const DAY_MS = 86_400_000;

let database: HistoryDatabase;
beforeAll(async () => {
  database = await createHistoryDatabase(inject('stack').clickhouseUrl);
});
afterAll(() => database.drop());

/** One delivery: routed or not, and what became of it. */
const life = fc.record({
  routed: fc.boolean(),
  dispositions: fc.array(
    fc.record({
      disposition: fc.constantFrom(...DISPOSITIONS),
      verdict: fc.constantFrom(...VERDICTS),
      step: fc.integer({ min: 0, max: 4 }),
      day: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

test('ClickHouse answers the state of the model, whatever the order, the repetition and the day of the rows', async () => {
  const history = openHistoryStore(database.options);
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      async (lives, order) => {
        const scope = { accountId: `account-${randomUUID()}` };
        const expected = new Map<string, DeliveryState>();
        const rows: DeliveryAttempt[] = [];
        const deliveries: Array<{ endpoint_id: string; delivery_id: string }> = [];
        for (const { routed, dispositions } of lives) {
          const delivery_id = randomUUID();
          if (routed) deliveries.push({ endpoint_id: 'endpoint-1', delivery_id });
          for (const { disposition, verdict, step, day } of dispositions) {
            rows.push(
              anAttempt({
                account_id: scope.accountId,
                delivery_id,
                disposition,
                verdict,
                step,
                started_at: NOON_MS + day * DAY_MS,
              }),
            );
          }
          const moments = dispositions.map(({ disposition, verdict, step }) => ({
            state: stateAfter(disposition, verdict),
            step,
          }));
          expected.set(delivery_id, stateOf([{ state: 'pending', step: -1 }, ...moments]));
        }
        const shuffled = [...rows, ...rows].sort(
          (a, b) => rankOf(order, rows.indexOf(a)) - rankOf(order, rows.indexOf(b)),
        );
        const half = Math.ceil(shuffled.length / 2);
        await database.insert(ATTEMPTS, shuffled.slice(0, half));
        if (deliveries.length > 0) {
          await database.insert(ROUTES, [aRoute(0, { account_id: scope.accountId, deliveries })]);
        }
        await database.insert(ATTEMPTS, shuffled.slice(half));

        const listing = await history.deliveries.list(scope, { limit: 200 });
        const items = listing.kind === 'page' ? listing.items : [];
        expect(new Map(items.map(({ deliveryId, state }) => [deliveryId, state]))).toEqual(expected);

        const counts = Map.groupBy(expected.values(), (state) => state);
        const {
          deliveries: total,
          pending,
          waiting,
          held,
          cancelled,
          dead,
          delivered,
        } = await history.ledger.recount(scope);
        expect({ total, pending, waiting, held, cancelled, dead, delivered }).toEqual({
          total: expected.size,
          ...Object.fromEntries(
            (['pending', 'waiting', 'held', 'cancelled', 'dead', 'delivered'] as const).map((state) => [
              state,
              counts.get(state)?.length ?? 0,
            ]),
          ),
        });
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
  await history.close();
});

function rankOf(order: readonly number[], index: number): number {
  return order[index % order.length]!;
}
