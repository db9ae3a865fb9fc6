import { createDecoder, type Decoded } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { RETRY_TOPICS, TOPICS } from '@herald/contracts/topics';
import { isOperational } from '@herald/domain/event-type';
import type { Whereabouts } from './accounting.ts';
import { DISPATCHER_LANES } from './dispatcher-lanes.ts';
import { openLaneProgress } from './lane-progress.ts';
import { type TailedRecord, tailTopics } from './topic-tail.ts';
import { createDeliveryTracker } from './whereabouts.ts';

/** What the topics say about a run, read beside Herald and not through it. */
export interface Witness {
  /** Ids of the deliveries that route records name. */
  readonly routed: ReadonlySet<string>;
  /** Ids of the operational events that route records name: Herald's own, which no publisher knows of. */
  readonly operational: ReadonlySet<string>;
  /** Ids of the requests on record. */
  readonly attempted: ReadonlySet<string>;
  /** Reads to the end of the topics as they are now, then says where each delivery is. */
  whereabouts(): Promise<Map<string, Whereabouts>>;
  /** What the dispatcher's lanes have before them. */
  lagRecords(): Promise<number>;
  close(): Promise<void>;
}

export interface WitnessOptions {
  brokers: string[];
  registryUrl: string;
  /** Told every disposition as it comes on record. */
  onAttempt?: (attempt: DeliveryAttempt) => void;
}

const DELIVERY_TOPICS = [
  TOPICS.deliveries,
  TOPICS.backfill,
  ...RETRY_TOPICS,
  TOPICS.held,
  TOPICS.deadLetters,
];

export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { brokers, registryUrl, onAttempt = () => {} } = options;
  const connection = { brokers, clientId: 'herald-witness', logger: { log: () => {} } };
  const source = connectSchemaRegistry({ url: registryUrl });
  const attempts = createDecoder<DeliveryAttempt>({
    source,
    subjectSchema: { subject: subjectOf(TOPICS.attempts), schema: deliveryAttemptSchema },
  });
  const routes = createDecoder<RouteRecord>({
    source,
    subjectSchema: { subject: subjectOf(TOPICS.routes), schema: routeRecordSchema },
  });
  const tracker = createDeliveryTracker();
  const routed = new Set<string>();
  const operational = new Set<string>();
  const attempted = new Set<string>();

  const progress = await openLaneProgress(connection, DISPATCHER_LANES);
  const tail = await tailTopics({
    connection,
    topics: [...DELIVERY_TOPICS, TOPICS.attempts, TOPICS.routes],
    async onRecord(record) {
      if (record.topic === TOPICS.attempts) {
        const attempt = readable(await attempts.decode(record.value), record);
        if (attempt.request !== null) attempted.add(attempt.attempt_id);
        onAttempt(attempt);
      } else if (record.topic === TOPICS.routes) {
        const { event_id, event_type, deliveries } = readable(await routes.decode(record.value), record);
        if (isOperational(event_type)) operational.add(event_id);
        for (const { delivery_id } of deliveries) routed.add(delivery_id);
      } else {
        tracker.record(record);
      }
    },
  });

  return {
    routed,
    operational,
    attempted,
    async whereabouts() {
      // What is complete is asked first: what a lane did before it committed is then read below.
      const isComplete = await progress.completed();
      await tail.caughtUp();
      return tracker.whereabouts(isComplete);
    },
    lagRecords: progress.lagRecords,
    async close() {
      await tail.close();
      await progress.close();
    },
  };
}

/** Herald's own records: one that cannot be read is a bug of Herald's, not an event of the run. */
function readable<T>(decoded: Decoded<T>, { topic, partition, offset }: TailedRecord): T {
  if (decoded.ok) return decoded.value;
  throw new Error(`${topic}:${partition}:${offset} cannot be read: ${decoded.reason}, ${decoded.detail}`);
}
