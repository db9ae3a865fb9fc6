import { randomUUID } from 'node:crypto';
import { type DeliveryState, type Moment, stateAfter, stateOf } from '@herald/clickhouse/delivery-state';
import type { DeliverySummary } from '@herald/clickhouse/history';
import { anAttempt, NOON_MS } from '@herald/clickhouse/testing/sample-rows';
import { createDecoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { eventually } from '@herald/testkit/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from '../test-support/world.ts';

const KILLS = 20;
const ATTEMPTS = 50_000;
const STEPS = 10;
const PARTITIONS = 12;
const ATTEMPTS_A_KILL = ATTEMPTS / KILLS;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

/** The lives of deliveries, ten dispositions each: half are delivered (some long before their last step), others end or wait. */
function livesOf(accountId: string, deliveries: number): DeliveryAttempt[] {
  return Array.from({ length: deliveries }, (_, index) => {
    const delivery = {
      account_id: accountId,
      delivery_id: randomUUID(),
      event_id: randomUUID(),
      endpoint_id: `endpoint-${index % 50}`,
      occurred_at: NOON_MS + index,
    };
    return Array.from({ length: STEPS }, (_, step) =>
      anAttempt({ ...delivery, step, attempt_number: step + 1, ...endingOf(index, step) }),
    );
  }).flat();
}

function endingOf(index: number, step: number): Partial<DeliveryAttempt> {
  const waits = { verdict: 'RETRY', next_attempt_at: NOON_MS + 60_000, retry_tier: '30s' } as const;
  const isLast = step === STEPS - 1;
  switch (index % 5) {
    case 0:
      return isLast ? { verdict: 'DELIVERED' } : waits;
    case 1:
      return step === 4 ? { verdict: 'DELIVERED' } : waits;
    case 2:
      return isLast ? { verdict: 'DEAD', reason: 'exhausted' } : waits;
    case 3:
      return isLast ? { disposition: 'HELD', verdict: 'HOLD', reason: 'paused' } : waits;
    default:
      return isLast ? { disposition: 'FENCED', verdict: 'NONE' } : waits;
  }
}

/** A shuffle that is the same in every run: the steps of a delivery come far apart and in any order. */
function scattered<T>(items: readonly T[]): T[] {
  const stride = 7_919;
  return items.map((_, index) => items[(index * stride) % items.length]!);
}

async function attemptIdsRead(accountId: string): Promise<string[]> {
  const rows = await world.ask<{ id: string }>(
    `SELECT DISTINCT attempt_id AS id FROM attempts WHERE account_id = '${accountId}'`,
  );
  return rows.map(({ id }) => id);
}

async function attemptsRead(accountId: string): Promise<number> {
  const [row] = await world.ask<{ attempts: number }>(
    `SELECT uniqExact(attempt_id) AS attempts FROM attempts WHERE account_id = '${accountId}'`,
  );
  return row!.attempts;
}

/** Of a logger in its present life, repeated ones too. */
async function rowsInsertedBy(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(
    /^herald_logger_rows_inserted_total\{[^}]*table="attempts"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0,
  );
}

/** What the topic itself says, read by a reader of our own. */
async function recordsInTopic(): Promise<DeliveryAttempt[]> {
  const { signal } = new AbortController();
  const reader = createPartitionReader({ brokers: world.stack.brokers, clientId: 'recount' });
  const decoder = createDecoder<DeliveryAttempt>({
    source: connectSchemaRegistry({ url: world.stack.registryUrl }),
    subjectSchema: { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
  });
  const found: DeliveryAttempt[] = [];
  for (const [partition, { lowOffset, endOffset }] of await reader.bounds(TOPICS.attempts, signal)) {
    for (let from = lowOffset; from < endOffset; ) {
      const range = { topic: TOPICS.attempts, partition, from, maxBytes: 4 * 1024 * 1024 };
      const read = await reader.read(range, signal);
      if (read.kind === 'expired') throw new Error('the topic has lost records');
      for (const { value } of read.records) {
        const decoded = await decoder.decode(value);
        if (!decoded.ok) throw new Error(decoded.detail);
        found.push(decoded.value);
      }
      from = read.nextOffset;
    }
  }
  await reader.close();
  return found;
}

function statesByRecount(records: readonly DeliveryAttempt[]): Map<string, DeliveryState> {
  const moments = Map.groupBy(records, ({ delivery_id }) => delivery_id);
  return new Map(
    [...moments].map(([deliveryId, attempts]) => [
      deliveryId,
      stateOf(
        attempts.map(
          ({ disposition, verdict, step }): Moment => ({ state: stateAfter(disposition, verdict), step }),
        ),
      ),
    ]),
  );
}

/** The deliveries of an account as a person pages through them. */
async function deliveriesShown(accountId: string): Promise<DeliverySummary[]> {
  const shown: DeliverySummary[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await world.history.deliveries.list({ accountId }, { limit: 200, cursor });
    if (page.kind !== 'page') throw new Error(page.reason);
    shown.push(...page.items);
    if (page.nextCursor === undefined) return shown;
    cursor = page.nextCursor;
  }
}

test('kill -9 of the logger 20 times during 50,000 attempts: each is read once, and every state is what the topic says', async () => {
  const accountId = `account-${randomUUID()}`;
  const attempts = scattered(livesOf(accountId, ATTEMPTS / STEPS));
  let inTopic = 0;
  const partitionOf = () => inTopic++ % PARTITIONS;
  for (let kill = 0; kill < KILLS; kill++) {
    const from = kill * ATTEMPTS_A_KILL;
    const producing = world.produceAttempts(attempts.slice(from, from + ATTEMPTS_A_KILL), partitionOf);
    const logger = await world.startLogger({ HERALD_LOGGER_FLUSH_MS: '50' });
    // At another place each time, while inserts are under way.
    const share = ((kill * 7) % 10) / 20;
    await eventually(
      async () => expect(await rowsInsertedBy(logger.adminUrl)).toBeGreaterThan(share * ATTEMPTS_A_KILL),
      { everyMs: 10, timeoutMs: 60_000 },
    );
    await logger.kill9();
    await producing;
    await world.endSessions();
  }
  const logger = await world.startLogger();
  await eventually(async () => expect(await attemptsRead(accountId)).toBe(ATTEMPTS));

  const records = await recordsInTopic();
  expect((await attemptIdsRead(accountId)).sort()).toEqual(
    records.map(({ attempt_id }) => attempt_id).sort(),
  );
  const shown = await deliveriesShown(accountId);
  expect(new Map(shown.map(({ deliveryId, state }) => [deliveryId, state]))).toEqual(
    statesByRecount(records),
  );
  expect(shown.filter(({ attempts: requests }) => requests !== STEPS)).toEqual([]);
  expect(await world.history.ledger.recount({ accountId })).toMatchObject({
    deliveries: 5_000,
    delivered: 2_000,
    dead: 1_000,
    held: 1_000,
    waiting: 1_000,
  });
  const sample = records[0]!;
  const found = await world.history.deliveries.get({ accountId }, sample.delivery_id);
  expect(found?.history.map(({ step }) => step)).toEqual([...Array(STEPS).keys()]);
  expect(await logger.stop()).toEqual({ code: 0, signal: null });
}, 300_000);
