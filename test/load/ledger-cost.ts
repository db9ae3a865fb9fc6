/**
 * `npm run ledger-cost -w test [-- <deliveries>]`: what a round of the ledger costs ClickHouse beside so many
 * deliveries on record, by ClickHouse's own counters. 10 deliveries an event, 1,000 endpoints, 100 accounts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { openLedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import { migrate } from '@herald/clickhouse/migrate';
import { startStack } from '@herald/local-stack/stack';

const FAN_OUT = 10;
const EVENTS_AT_ONCE = 20_000;
const NOW_MS = Date.now();
/** 300 deliveries a second for 20 seconds, the time between two rounds. */
const ROUND_DELIVERIES = 6_000;
/** Changes of one slice are counted together: what is measured begins in a new one. */
const SLICE_MS = 2_100;

const deliveries = Number(process.argv[2] ?? 1_000_000);
const events = Math.ceil(deliveries / FAN_OUT);
await using closing = new AsyncDisposableStack();
const stack = await startStack({ components: ['clickhouse'] });
closing.defer(() => stack.stop());
const at = { url: stack.clickhouseUrl, database: stack.clickhouseDatabase };
await migrate({ ...at, retentionDays: 30 });
const history = openHistoryStore(at);
const counter = openLedgerCounter(at);
closing.defer(async () => {
  await Promise.all([history.close(), counter.close()]);
});
const state = {
  asOfMs: NOW_MS,
  overdueAfterMs: 300_000,
  retentionMs: 30 * 86_400_000,
  settledUntilMs: 0,
  watermarks: [],
};

for (let from = 0; from < events; from += EVENTS_AT_ONCE) {
  await addEvents(from, Math.min(EVENTS_AT_ONCE, events - from));
}
// Merges of what was inserted would be counted along.
await ask('SYSTEM STOP MERGES');
console.log(`${events * FAN_OUT} deliveries of ${events} events on record`);
await measured('the first count, of everything', async () => (await counter.count(state)).stretches);
await measured('a round in which nothing happened', async () => (await counter.count(state)).stretches);
await sleep(SLICE_MS);
await addEvents(events, ROUND_DELIVERIES / FAN_OUT);
await measured(`a round after ${ROUND_DELIVERIES} new deliveries`, round);
await sleep(SLICE_MS);
await addRetries(ROUND_DELIVERIES);
await measured(`a round after ${ROUND_DELIVERIES} attempts of deliveries of any age`, round);
const scope = { accountId: 'account-7' };
await measured('the ledger of one account', () => history.ledger.read(scope));
await measured('a page of 50 endpoints', () => history.ledger.endpoints(scope, { limit: 50 }));
await measured('a recount from the history', () => history.ledger.recount('all'));

async function round(): Promise<number> {
  const { stretches } = await counter.count(state);
  const { figures } = await history.ledger.read('all');
  if (figures.deliveries < deliveries || figures.unrouted > 0) throw new Error(JSON.stringify(figures));
  return stretches;
}

async function measured(what: string, work: () => Promise<unknown>): Promise<void> {
  const before = await countersOf();
  const startedMs = performance.now();
  const done = await work();
  const ms = performance.now() - startedMs;
  const after = await countersOf();
  const spent = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  console.log(
    [
      what.padEnd(56),
      (typeof done === 'number' ? `${done} stretches` : '').padStart(16),
      `${spent('SelectedRows')} rows read`.padStart(22),
      `${(spent('SelectedBytes') / 1e6).toFixed(1)} MB`.padStart(11),
      `${(spent('OSCPUVirtualTimeMicroseconds') / 1e3).toFixed(0)} ms CPU`.padStart(13),
      `${ms.toFixed(0)} ms`.padStart(9),
    ].join(''),
  );
}

async function countersOf(): Promise<Map<string, number>> {
  const lines = (await ask('SELECT event, value FROM system.events FORMAT TSV')).trim().split('\n');
  return new Map(lines.map((line) => line.split('\t')).map(([event, value]) => [event!, Number(value)]));
}

async function ask(sql: string): Promise<string> {
  const answer = await fetch(`${at.url}/?database=${at.database}`, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Events of a partition have consecutive offsets; each is routed and delivered. */
async function addEvents(from: number, count: number): Promise<void> {
  const numbers = `FROM numbers(${from}, ${count})`;
  const id = 'reinterpretAsUUID(sipHash128(number, to))';
  const account = `concat('account-', toString(number % 100))`;
  const endpoint = `concat('endpoint-', toString(number % 100 + 100 * to))`;
  const moment = `fromUnixTimestamp64Milli(${NOW_MS - 3_600_000} + toInt64(number % 1000), 'UTC')`;
  await ask(`INSERT INTO events (partition, offset, recorded_at, account_id, event_id, occurred_at)
      SELECT number % 12, intDiv(number, 12), ${moment}, ${account}, toString(number), ${moment} ${numbers}`);
  await ask(`INSERT INTO routes
        (event_id, account_id, occurred_at, origin_topic, origin_partition, origin_offset, routed_at, endpoint_ids, delivery_ids)
      SELECT toString(number), ${account}, ${moment}, 'publication.events', number % 12, intDiv(number, 12), ${moment},
        arrayMap(to -> ${endpoint}, range(${FAN_OUT})), arrayMap(to -> ${id}, range(${FAN_OUT})) ${numbers}`);
  await ask(attempts(`(SELECT number, arrayJoin(range(${FAN_OUT})) AS to ${numbers})`, 0));
}

/** A second disposition of deliveries all over the record. */
async function addRetries(count: number): Promise<void> {
  await ask(attempts(`(SELECT cityHash64(number) % ${events} AS number, 3 AS to FROM numbers(${count}))`, 1));
}

function attempts(source: string, step: number): string {
  return `INSERT INTO attempts
      (attempt_id, delivery_id, event_id, endpoint_id, account_id, step, disposition, verdict, state, started_at,
       occurred_at, origin_topic, origin_partition, origin_offset)
    SELECT reinterpretAsUUID(sipHash128(number, to, ${step})), reinterpretAsUUID(sipHash128(number, to)),
      toString(number), concat('endpoint-', toString(number % 100 + 100 * to)),
      concat('account-', toString(number % 100)), ${step}, 'ATTEMPTED', 'DELIVERED', 'delivered',
      fromUnixTimestamp64Milli(${NOW_MS - 3_500_000} + toInt64(number % 1000), 'UTC'),
      fromUnixTimestamp64Milli(${NOW_MS - 3_600_000} + toInt64(number % 1000), 'UTC'),
      'publication.events', number % 12, intDiv(number, 12)
    FROM ${source}`;
}
