import type { IncomingHttpHeaders } from 'node:http';
import type { EventWriter } from '@herald/publisher/event-writer';
import { PublishError } from '@herald/publisher/publish-error';
import type { Problem } from '@herald/service-kit/problem';
import type { BodyForm } from './body/body-form.ts';
import { readBody } from './body/read-body.ts';
import { fingerprintOf, repeatableEventId } from './event-identity.ts';
import type { Claim, Idempotency } from './idempotency.ts';
import { foreignAccounts, type PreparedBatch, prepareAll, wellFormed } from './prepare-events.ts';
import {
  foreignAccount,
  idConflict,
  keyConflict,
  malformedKey,
  notAcknowledged,
  notPublished,
  notValid,
} from './problems.ts';
import type { RecentEvents, Recorded } from './recent-events.ts';

export interface IngestRequest {
  accountId: string;
  raw: Buffer;
  form: BodyForm;
  headers: IncomingHttpHeaders;
}

export interface AcceptOptions {
  writer: Pick<EventWriter, 'prepare'>;
  recentEvents: RecentEvents;
  idempotency: Idempotency<Settled>;
  maxBatchEvents: number;
  ackTimeoutMs: number;
  newEventId: () => string;
}

export interface AcceptHooks {
  /** Asks whether so many events may come in; an answer is why not. Called once for a body that can be read. */
  admitEvents: (count: number) => Problem | undefined;
  /** Told what goes on when the answer does not wait for it any longer. */
  onWriting: (writing: Promise<unknown>) => void;
}

/** What became of the events of one request, once it is known. */
export type Settled = { ok: true; events: Recorded[] } | { ok: false; problem: Problem };

export type Accepted =
  | { ok: true; single: boolean; replayed: boolean; events: Recorded[] }
  | { ok: false; problem: Problem };

/** All events of a request or none; accepted means that Kafka has acknowledged them. */
export async function acceptEvents(
  request: IngestRequest,
  options: AcceptOptions,
  hooks: AcceptHooks,
): Promise<Accepted> {
  const { accountId } = request;
  const understood = understand(request, options, hooks);
  if (!understood.ok) return understood;
  const { prepared, keyed, single } = understood;
  const write = () => settle(accountId, prepared, options.recentEvents);
  const claim: Claim<Settled> = keyed
    ? options.idempotency.claim(accountId, keyed.key, keyed.fingerprint, write)
    : { kind: 'first', answer: write() };
  if (claim.kind === 'conflict') return refused(keyConflict);

  hooks.onWriting(claim.answer.catch(() => {}));
  const settled = await within(claim.answer, options.ackTimeoutMs);
  if (!settled) {
    const eventIds = prepared.events.map(({ eventId }) => eventId);
    return refused(notAcknowledged(options.ackTimeoutMs, eventIds));
  }
  if (!settled.ok) return settled;
  return { ok: true, single, replayed: claim.kind === 'repeated', events: settled.events };
}

interface Understood {
  ok: true;
  prepared: Prepared;
  single: boolean;
  /** What tells the request from others, where it has an idempotency key. */
  keyed: { key: string; fingerprint: string } | undefined;
}

type Prepared = Extract<PreparedBatch, { ok: true }>;

/** Everything that can be said without Kafka. */
function understand(
  { accountId, raw, form, headers }: IngestRequest,
  { maxBatchEvents, newEventId, writer }: AcceptOptions,
  { admitEvents }: AcceptHooks,
): Understood | { ok: false; problem: Problem } {
  const batch = readBody(raw, form, { headers, accountId, maxBatchEvents });
  const full = admitEvents(batch.ok ? batch.items.length : 1);
  if (full) return refused(full);
  if (!batch.ok) return refused(batch.problem);
  const foreign = foreignAccounts(batch.items, accountId);
  if (foreign.length > 0) return refused(foreignAccount(foreign));
  const idempotencyKey = headers['idempotency-key'];
  if (idempotencyKey !== undefined && !KEY_FORM.test(String(idempotencyKey))) return refused(malformedKey());

  const keyed =
    idempotencyKey === undefined
      ? undefined
      : { key: `${accountId}\n${idempotencyKey}`, fingerprint: fingerprintOf(raw, headers) };
  const prepared = prepareAll(batch.items, {
    accountId,
    traceparent: wellFormed(headers.traceparent),
    newEventId: (index) => (keyed ? repeatableEventId(keyed.key, keyed.fingerprint, index) : newEventId()),
    prepare: writer.prepare,
  });
  if (!prepared.ok) return refused(notValid(prepared.errors));
  return { ok: true, prepared, keyed, single: batch.single };
}

const KEY_FORM = /^[\x20-\x7e]{1,255}$/;

async function settle(
  accountId: string,
  { events, items }: Prepared,
  recentEvents: RecentEvents,
): Promise<Settled> {
  const claim = recentEvents.claim(accountId, events);
  if (claim.kind === 'conflict') {
    return refused(
      idConflict(claim.conflicts.map((index) => ({ item: items[index]!, event: events[index]! }))),
    );
  }
  try {
    return { ok: true, events: await claim.recorded };
  } catch (error) {
    if (error instanceof PublishError) return refused(notPublished(error.failure));
    throw error;
  }
}

function refused(problem: Problem): { ok: false; problem: Problem } {
  return { ok: false, problem };
}

/** Undefined when the time is over first. */
async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const { promise: expired, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, timeoutMs, undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
