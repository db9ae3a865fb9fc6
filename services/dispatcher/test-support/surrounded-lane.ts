import { createDecoder, encoderWithId } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Outcome } from '@herald/domain/outcome';
import type { Verdict } from '@herald/domain/verdict';
import type { LaneRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { NO_PHASES } from '@herald/webhook/connection-phases';
import type { Exchange } from '@herald/webhook/exchange';
import { createRedaction } from '@herald/webhook/redaction';
import type { SendRequest } from '@herald/webhook/sender';
import { createDeliveryLane, type DeliveryLane } from '../src/delivery-lane/delivery-lane.ts';
import { createPreparation } from '../src/delivery-lane/prepare.ts';
import { createRecorder } from '../src/delivery-lane/recorder.ts';
import type { SigningKeys } from '../src/delivery-lane/signing-keys.ts';
import type { Judged } from '../src/endpoint-health/endpoint-health.ts';
import { SUBJECTS } from '../src/subjects.ts';
import { eventOf } from './event.ts';
import type { HeldProducer } from './fakes.ts';

const SCHEMA_ID = 1;
const eventEncoder = encoderWithId<PublicationEvent>(SCHEMA_ID, SUBJECTS.events);

/** What a delivery of these tests brings. */
export const VALUE = eventEncoder.encode(eventOf('p1'));

/** A request that was sent, and is answered by the test. */
export interface Sent {
  request: SendRequest;
  answer: (outcome: Outcome) => Promise<void>;
}

/** What is around a lane whose every step a test takes: filled by the lane, or asked by it each time. */
export interface Surroundings {
  producer: HeldProducer;
  completed: LaneRecord[];
  disposed: DeliveryAttempt[];
  sent: Sent[];
  endpoints: ReadonlyMap<string, ConfiguredEndpoint>;
  unreadable: ReadonlySet<string>;
  passGate: (() => void)[];
  cancelled: ReadonlySet<string>;
  revision: () => number;
  judged: (verdict: Verdict) => Judged;
  keys: () => SigningKeys;
  twinDropped: () => void;
}

export async function laneIn(around: Surroundings): Promise<DeliveryLane> {
  const decoder = createDecoder<PublicationEvent>({
    source: {
      schemaById: async () => ({ kind: 'schema', schema: SUBJECTS.events.schema }),
      idOf: async () => SCHEMA_ID,
    },
    subjectSchema: SUBJECTS.events,
  });
  await decoder.decode(VALUE);
  const observe = {
    disposed: (attempt: DeliveryAttempt) => around.disposed.push(attempt),
    twinDropped: around.twinDropped,
    breaker: () => {},
    poison: () => {},
  };
  const onFatal = (error: Error) => {
    throw error;
  };
  return createDeliveryLane({
    endpoints: { get: (id) => around.endpoints.get(id), isUnreadable: (id) => around.unreadable.has(id) },
    gate: {
      whenAt: (asked, pass) => (around.revision() >= asked ? pass() : around.passGate.push(pass)),
      overdue: undefined,
    },
    holds: {
      stateOf: ({ endpoint }) => stateOf(endpoint),
      statusOf: () => undefined,
      decide: () => ({ persist: async () => {}, withdraw() {} }),
    },
    isCancelled: (replayId) => around.cancelled.has(replayId),
    held: {
      whenOpen: (_claim, then) => then(),
      append: () => ({ acknowledged: (then) => then(), abandoned() {} }),
      putBack: () => {},
      keepHead: () => {},
    },
    health: { judged: (_configured, _outcome, verdict) => around.judged(verdict) },
    decoder,
    prepare: createPreparation({
      keysOf: around.keys,
      addressOf: () => ({ kind: 'unreadable', detail: 'no chats here' }),
      recordedOf: createRedaction(),
      version: '0',
    }),
    sender: {
      send: (request) => new Promise((resolve) => around.sent.push({ request, answer: answering(resolve) })),
    },
    recorder: createRecorder({
      encoder: encoderWithId<DeliveryAttempt>(2, SUBJECTS.attempts),
      producer: around.producer,
      observe,
      onFatal,
    }),
    complete: (record) => around.completed.push(record),
    observe,
    onFatal,
    maxInFlight: 1_000,
    telegramApiUrl: 'https://api.telegram.org',
    maxInFlightPerHost: 1_000,
    window: { records: 4_000, bytes: 16 * 1024 * 1024 },
    dispatcherId: 'd',
    now: () => 1_700_000_000_000,
    newId: () => '00000000-0000-4000-8000-000000000000',
    busyShare: () => 0,
  });
}

function answering(resolve: (exchange: Exchange) => void) {
  return async (outcome: Outcome) => {
    resolve({
      outcome,
      startedAtMs: 1,
      durationMs: 1,
      firstByteMs: 1,
      phases: NO_PHASES,
      remoteAddress: '127.0.0.1',
    });
    await Promise.resolve();
  };
}

function stateOf({ state }: Endpoint) {
  return state === 'active' ? { state: 'active' as const } : { state: 'held' as const, reason: state };
}
