import { randomUUID } from 'node:crypto';
import { openLedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { AUDIT } from '@herald/clickhouse/tables/audit';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { anAttempt, anAuditRecord, anEvent, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { TOPICS } from '@herald/contracts/topics';
import { deliveryId } from '@herald/domain/ids';
import { type Belongings, NOTIFICATIONS, replayTo } from './operation-rows.ts';
import type { Client, RunningApi } from './running-api.ts';

/** Gives an account something of everything, with the mark in all that a person wrote. */
export async function fillAccount(api: RunningApi, owner: Client, mark: string): Promise<Belongings> {
  const created = await owner.send('POST', '/v1/endpoints', {
    name: mark,
    project_id: `project-${mark}`,
    url: `http://127.0.0.1:9/${mark}`,
  });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const endpoint = created.body.endpoint_id as string;
  const atMs = Date.now() - 60_000;
  const of = {
    account_id: owner.accountId,
    project_id: `project-${mark}`,
    publication_id: `publication-${mark}`,
    occurred_at: atMs,
  };
  const events = [0, 1, 2].map((offset) => ({ ...of, event_id: randomUUID(), offset }));
  const [delivered, dead, waiting] = events.map(({ offset, ...event }) => ({
    ...event,
    endpoint_id: endpoint,
    delivery_id: deliveryId(event.event_id, endpoint, 'event'),
    started_at: atMs,
    origin_partition: 0,
    origin_offset: offset,
  })) as [typeof of & { event_id: string; delivery_id: string }, { delivery_id: string }, object];
  const belongings: Belongings = {
    mark,
    endpoint,
    event: delivered.event_id,
    delivered: delivered.delivery_id,
    dead: dead.delivery_id,
    replay: '',
    apiKey: '',
    portalLink: '',
  };
  await api.history.insert(
    EVENTS,
    events.map(({ offset, ...event }) => ({
      // Where its topic has forgotten it.
      partition: 0,
      offset: offset + 900_000_000,
      recordedAtMs: atMs,
      content: { ok: true, event: anEvent(event) },
    })),
  );
  await api.history.insert(ROUTES, [
    aRoute(0, {
      ...of,
      event_id: delivered.event_id,
      routed_at: atMs,
      deliveries: [{ endpoint_id: endpoint, delivery_id: delivered.delivery_id }],
    }),
  ]);
  await api.history.insert(ATTEMPTS, [
    anAttempt(delivered),
    anAttempt({ ...dead, verdict: 'DEAD', reason: 'exhausted', outcome: 'timeout', response: null }),
    anAttempt({ ...waiting, verdict: 'RETRY', retry_tier: '5s', next_attempt_at: atMs + 5_000 }),
  ]);
  await api.history.insert(AUDIT, [
    { record: anAuditRecord({ account_id: owner.accountId, asked_at: atMs, subject_id: mark }), offset: 0 },
  ]);
  const counter = openLedgerCounter(api.history.options);
  await counter.count({
    asOfMs: Date.now(),
    overdueAfterMs: 300_000,
    retentionMs: 30 * 86_400_000,
    settledUntilMs: 0,
    watermarks: [{ topic: TOPICS.events, partition: 0, offset: 1 }],
  });
  await counter.close();
  await owner.send('POST', NOTIFICATIONS, { webhook_url: `http://127.0.0.1:9/${mark}` });
  const replay = await owner.send('POST', '/v1/replays', replayTo(belongings));
  belongings.replay = replay.body.replay_id;
  const apiKey = await owner.send('POST', '/v1/api-keys', { name: mark });
  belongings.apiKey = apiKey.body.key_id;
  const link = await owner.send('POST', '/v1/portal-links', { name: mark });
  belongings.portalLink = link.body.link_id;
  return belongings;
}
