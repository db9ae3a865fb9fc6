import type { EventInput } from '@herald/publisher/event-input';
import { PublishError } from '@herald/publisher/publish-error';
import type { Published, Publisher } from '@herald/publisher/publisher';
import type { Problem } from '@herald/service-kit/problem';
import { foreignAccounts, readBatch, stamp } from './event-batch.ts';
import { fingerprintOf, type Idempotency, repeatableEventId } from './idempotency.ts';
import {
  foreignAccount,
  keyConflict,
  malformedKey,
  notABatch,
  notAcknowledged,
  notPublished,
} from './problems.ts';

export interface IngestRequest {
  accountId: string;
  body: unknown;
  /** The bytes that `body` was read from. */
  raw: Buffer;
  idempotencyKey: string | undefined;
  traceparent: string | undefined;
}

export interface AcceptOptions {
  publisher: Pick<Publisher, 'publishMany'>;
  idempotency: Idempotency<Published[]>;
  maxBatchEvents: number;
  ackTimeoutMs: number;
  newEventId: () => string;
  /** Told what goes on when the answer does not wait for it any longer. */
  onWriting: (writing: Promise<unknown>) => void;
}

export type Accepted =
  | { ok: true; single: boolean; repeated: boolean; events: Published[] }
  | { ok: false; problem: Problem };

/** All events of a request or none; accepted means that Kafka has acknowledged them. */
export async function acceptEvents(request: IngestRequest, options: AcceptOptions): Promise<Accepted> {
  const { accountId, body, raw, idempotencyKey } = request;
  const batch = readBatch(body, options.maxBatchEvents);
  if (!batch.ok) return refused(notABatch(batch));
  const foreign = foreignAccounts(batch.items, accountId);
  if (foreign.length > 0) return refused(foreignAccount(foreign));
  if (idempotencyKey !== undefined && !KEY_FORM.test(idempotencyKey)) return refused(malformedKey());

  const keyed = idempotencyKey && { key: `${accountId}\n${idempotencyKey}`, fingerprint: fingerprintOf(raw) };
  const events = batch.items.map((item, index) =>
    stamp(item, accountId, () =>
      keyed ? repeatableEventId(keyed.key, keyed.fingerprint, index) : options.newEventId(),
    ),
  ) as EventInput[];
  const publishing = publishingOf(request, events, options.publisher);
  const claim = keyed
    ? options.idempotency.claim(keyed.key, keyed.fingerprint, publishing)
    : { kind: 'first' as const, answer: publishing() };
  if (claim.kind === 'conflict') return refused(keyConflict);

  options.onWriting(claim.answer.catch(() => {}));
  try {
    const published = await within(claim.answer, options.ackTimeoutMs);
    if (published) {
      return { ok: true, single: batch.single, repeated: claim.kind === 'repeated', events: published };
    }
    return refused(
      notAcknowledged(
        options.ackTimeoutMs,
        events.map(({ event_id }) => event_id),
      ),
    );
  } catch (error) {
    if (error instanceof PublishError) return refused(notPublished(error.failure));
    throw error;
  }
}

const KEY_FORM = /^[\x20-\x7e]{1,255}$/;
/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function publishingOf(
  { traceparent }: IngestRequest,
  events: readonly EventInput[],
  publisher: AcceptOptions['publisher'],
): () => Promise<Published[]> {
  const options = traceparent !== undefined && TRACEPARENT.test(traceparent) ? { traceparent } : {};
  return () => publisher.publishMany(events, options);
}

function refused(problem: Problem): Accepted {
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
