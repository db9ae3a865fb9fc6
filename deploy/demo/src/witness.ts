import { createDecoder } from '@herald/contracts/codec';
import { type DeliveryAttempt, deliveryAttemptSchema } from '@herald/contracts/generated/delivery-attempt';
import { type RouteRecord, routeRecordSchema } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { RETRY_TOPICS, TOPICS } from '@herald/contracts/topics';
import type { Whereabouts } from '@herald/testkit/accounting';
import type { LaneProgress } from '@herald/testkit/lane-progress';
import { type TopicTail, tailTopics } from '@herald/testkit/topic-tail';
import { createDeliveryTracker } from '@herald/testkit/whereabouts';

/** What the topics say about the run, read beside Herald and not through it. */
export interface Witness {
  /** Ids of the deliveries that route records name. */
  readonly routed: ReadonlySet<string>;
  /** Ids of the requests on record. */
  readonly attempted: ReadonlySet<string>;
  /** Reads to the end of the topics as they are now, then says where each delivery is. */
  whereabouts(): Promise<Map<string, Whereabouts>>;
  close(): Promise<void>;
}

export interface WitnessOptions {
  brokers: string[];
  registryUrl: string;
  progress: LaneProgress;
  onAttempt: (attempt: DeliveryAttempt) => void;
}

const DELIVERY_TOPICS = [TOPICS.deliveries, ...RETRY_TOPICS, TOPICS.held, TOPICS.deadLetters];

export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const source = connectSchemaRegistry({ url: options.registryUrl });
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
  const attempted = new Set<string>();

  const tail: TopicTail = await tailTopics({
    connection: {
      brokers: options.brokers,
      clientId: 'herald-demo',
      logger: { log: () => {} },
    },
    topics: [...DELIVERY_TOPICS, TOPICS.attempts, TOPICS.routes],
    async onRecord(record) {
      if (record.topic === TOPICS.attempts) {
        const decoded = await attempts.decode(record.value);
        if (!decoded.ok) return;
        if (decoded.value.request !== null) attempted.add(decoded.value.attempt_id);
        options.onAttempt(decoded.value);
      } else if (record.topic === TOPICS.routes) {
        const decoded = await routes.decode(record.value);
        if (decoded.ok) for (const { delivery_id } of decoded.value.deliveries) routed.add(delivery_id);
      } else {
        tracker.record(record);
      }
    },
  });

  return {
    routed,
    attempted,
    async whereabouts() {
      // What is complete is asked first: what a lane did before it committed is then read below.
      const isComplete = await options.progress.completed();
      await tail.caughtUp();
      return tracker.whereabouts(isComplete);
    },
    close: tail.close,
  };
}
