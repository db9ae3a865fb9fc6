import { createDecoder, type Decoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { RETRY_TOPICS, TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import type { KafkaConnection } from '@herald/kafka/connection';
import { eventually } from '@herald/testkit/eventually';
import { type TailedRecord, tailTopics } from '@herald/testkit/topic-tail';
import { SUBJECTS } from '../src/subjects.ts';

/** Reads what the dispatcher writes, beside it. */
export interface Witness {
  /** The records of a topic so far. */
  of(topic: string): readonly TailedRecord[];
  attempts(): Promise<DeliveryAttempt[]>;
  /**
   * The dispositions of an endpoint, once so many of them are attempts, and with them everything that was written
   * before. An attempt is on record after its receiver has answered: all requests are not yet all records.
   */
  recorded(endpoint: Pick<Endpoint, 'id'>, attempts: number): Promise<DeliveryAttempt[]>;
  routes(): Promise<RouteRecord[]>;
  caughtUp(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const WATCHED = [
  TOPICS.routes,
  TOPICS.deliveries,
  TOPICS.held,
  TOPICS.deadLetters,
  TOPICS.attempts,
  TOPICS.eventsPoison,
  ...RETRY_TOPICS,
];

export async function openWitness(connection: KafkaConnection, registryUrl: string): Promise<Witness> {
  const source = connectSchemaRegistry({ url: registryUrl });
  const records = new Map<string, TailedRecord[]>(WATCHED.map((topic) => [topic, []]));
  const tail = await tailTopics({
    connection,
    topics: WATCHED,
    onRecord(record) {
      records.get(record.topic)?.push(record);
    },
  });
  const attemptDecoder = createDecoder<DeliveryAttempt>({ source, subjectSchema: SUBJECTS.attempts });
  const routeDecoder = createDecoder<RouteRecord>({ source, subjectSchema: SUBJECTS.routes });
  const of = (topic: string) => records.get(topic) ?? [];
  const attempts = () => decodeAll(of(TOPICS.attempts), attemptDecoder);
  return {
    of,
    attempts,
    async recorded({ id }, count) {
      const dispositions = async () => (await attempts()).filter(({ endpoint_id }) => endpoint_id === id);
      await eventually(async () => {
        const made = (await dispositions()).filter(({ disposition }) => disposition === 'ATTEMPTED').length;
        if (made < count) throw new Error(`${made} of ${count} attempts are on record`);
      });
      await tail.caughtUp();
      return dispositions();
    },
    routes: () => decodeAll(of(TOPICS.routes), routeDecoder),
    caughtUp: tail.caughtUp,
    close: tail.close,
  };
}

async function decodeAll<T>(records: readonly TailedRecord[], decoder: Decoder<T>): Promise<T[]> {
  const values: T[] = [];
  for (const { value } of records) {
    const decoded = await decoder.decode(value);
    if (!decoded.ok) throw new Error(decoded.detail);
    values.push(decoded.value);
  }
  return values;
}
