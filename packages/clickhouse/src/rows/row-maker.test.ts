import { createDecoder, encoderWithId } from '@herald/contracts/codec';
import { auditRecordSchema } from '@herald/contracts/generated/audit-record';
import { deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { POISON_HEADERS } from '@herald/contracts/headers';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { expect, test } from 'vitest';
import { anAttempt, anAuditRecord, anEvent } from '../testing/sample-rows.ts';
import { createRowMaker, type Fault, type SourceRecord } from './row-maker.ts';

const EVENT = { subject: 'events', schema: publicationEventSchema };
const ROUTE = { subject: 'routes', schema: routeRecordSchema };
const ATTEMPT = { subject: 'attempts', schema: deliveryAttemptSchema };
const AUDIT = { subject: 'audit', schema: auditRecordSchema };
const WRITTEN = [EVENT, ROUTE, ATTEMPT, AUDIT];

/** A registry in which the schema of id n is the n-th that is written here. */
const source: SchemaSource = {
  schemaById: async (id) => {
    const found = WRITTEN[id];
    return found ? { kind: 'schema', schema: found.schema } : { kind: 'unknown' };
  },
  idOf: async (wanted) => WRITTEN.indexOf(wanted as (typeof WRITTEN)[number]),
};

function aRecord(said: Partial<SourceRecord>): SourceRecord {
  return {
    topic: TOPICS.attempts,
    partition: 0,
    offset: 0,
    value: Buffer.from('value'),
    headers: {},
    timestampMs: 1_700_000_000_000,
    ...said,
  };
}

function maker() {
  const faults: Fault[] = [];
  const rows = createRowMaker({
    events: createDecoder({ source, subjectSchema: EVENT }),
    routes: createDecoder({ source, subjectSchema: ROUTE }),
    attempts: createDecoder({ source, subjectSchema: ATTEMPT }),
    audit: createDecoder({ source, subjectSchema: AUDIT }),
    isErased: ({ accountId }) => accountId === 'forgotten',
    onFault: (_, fault) => faults.push(fault),
  });
  return { ...rows, faults };
}

const aRoute: RouteRecord = {
  event_id: 'event-1',
  account_id: 'account-1',
  project_id: 'project-1',
  channel_id: 'ch',
  publication_id: 'pub-9',
  event_type: 'publication.failed',
  occurred_at: 5,
  origin_topic: TOPICS.events,
  origin_partition: 1,
  origin_offset: 2,
  config_revision: 3,
  routed_at: 4,
  deliveries: [],
};

test('each topic has its table', async () => {
  const { rowOf, faults } = maker();
  const tableOf = async (topic: string, value: Buffer) => (await rowOf(aRecord({ topic, value }))).table;
  expect(await tableOf(TOPICS.events, encoderWithId(0, EVENT).encode(anEvent()))).toBe('events');
  expect(await tableOf(TOPICS.routes, encoderWithId(1, ROUTE).encode(aRoute))).toBe('routes');
  expect(await tableOf(TOPICS.attempts, encoderWithId(2, ATTEMPT).encode(anAttempt()))).toBe('attempts');
  expect(await tableOf(TOPICS.audit, encoderWithId(3, AUDIT).encode(anAuditRecord()))).toBe('audit');
  expect(await tableOf(TOPICS.eventsPoison, Buffer.from('anything'))).toBe('poison');
  expect(faults).toEqual([]);
});

test('a route record brings the facts of its event, by which a pending delivery is listed', async () => {
  const { rowOf } = maker();
  const value = encoderWithId(1, ROUTE).encode(aRoute);
  const row = await rowOf(aRecord({ topic: TOPICS.routes, value }));
  expect(row.bytes.includes('pub-9')).toBe(true);
});

test('an event that cannot be decoded keeps its place among the events: its offset is accounted for', async () => {
  const { rowOf, faults } = maker();
  const row = await rowOf(aRecord({ topic: TOPICS.events, value: Buffer.from([0, 0]) }));
  expect(row.table).toBe('events');
  expect(row.bytes.includes('too_short')).toBe(true);
  expect(faults).toEqual([]);
});

test('any other record that cannot be decoded goes to poison, with its bytes and the reason', async () => {
  const { rowOf, faults } = maker();
  const value = Buffer.from([9, 1, 2, 3, 4, 5]);
  const row = await rowOf(aRecord({ topic: TOPICS.attempts, value }));
  expect(row.table).toBe('poison');
  expect(row.bytes.includes(value)).toBe(true);
  expect(faults).toMatchObject([{ reason: 'foreign_format' }]);
});

test('a record that fits no column goes to poison, naming the column', async () => {
  const { rowOf, faults } = maker();
  const value = encoderWithId(2, ATTEMPT).encode(anAttempt({ delivery_id: 'seven' }));
  expect((await rowOf(aRecord({ topic: TOPICS.attempts, value }))).table).toBe('poison');
  expect(faults).toEqual([{ reason: 'unwritable', detail: 'attempts.delivery_id: "seven" is not a UUID' }]);
});

test('a poison record stands for the record that it was made of, or for itself where it does not say', async () => {
  const { rowOf } = maker();
  const found = await rowOf(
    aRecord({
      topic: TOPICS.eventsPoison,
      headers: { [POISON_HEADERS.origin]: Buffer.from('publication.events:3:44') },
    }),
  );
  expect(found.bytes.subarray(1, 1 + TOPICS.events.length).toString()).toBe(TOPICS.events);
  const foreign = await rowOf(aRecord({ topic: TOPICS.eventsPoison }));
  expect(foreign.bytes.subarray(1, 1 + TOPICS.eventsPoison.length).toString()).toBe(TOPICS.eventsPoison);
});

test('of a record whose history was erased only a row for the ledger is made, without a word of its content', async () => {
  const { rowOf } = maker();
  const event = anEvent({ account_id: 'forgotten', event_id: 'event-of-the-forgotten' });
  const route = { ...aRoute, account_id: 'forgotten', publication_id: 'publication-of-the-forgotten' };
  const attempt = anAttempt({ account_id: 'forgotten', error_message: 'words of the forgotten' });
  const records = [
    aRecord({ topic: TOPICS.events, value: encoderWithId(0, EVENT).encode(event) }),
    aRecord({ topic: TOPICS.routes, value: encoderWithId(1, ROUTE).encode(route) }),
    aRecord({ topic: TOPICS.attempts, value: encoderWithId(2, ATTEMPT).encode(attempt) }),
  ];
  const rows = await Promise.all(records.map(rowOf));
  expect(rows.map(({ table }) => table)).toEqual(['erased_events', 'erased_routes', 'erased_attempts']);
  for (const { bytes } of rows) {
    expect(bytes.includes('of the forgotten')).toBe(false);
    expect(bytes.includes('-of-the-forgotten')).toBe(false);
    expect(bytes.includes('receiver.example')).toBe(false);
  }
});
