import { encodeFetchRequest, type FetchLimits } from './fetch-request.ts';
import { decodeFetchResponse, type FetchResponse } from './fetch-response.ts';
import type { FetchAsk, FetchPosition } from './fetch-session.ts';
import { type FetchedPart, fetchedPart } from './fetched-part.ts';
import {
  type Broker,
  createErrorFromCode,
  KafkaJSNonRetriableError,
  sendRequest,
} from './kafkajs-internals.ts';
import type { TopicPartition } from './record.ts';

/** The answer said of one partition that it cannot be fetched. */
export type PartitionError = Error & TopicPartition;

const FETCH_VERSION = 11;
const WITHOUT_SESSION = { sessionId: 0, epoch: -1, forgotten: [] };

/**
 * One fetch over kafkajs' connections. kafkajs' own shuffles the partitions, and its decoder awaits each of them, builds
 * all headers of all records, overflows the stack on a batch of some 120,000 records and never gets past a batch with no
 * record left.
 */
export function sendFetch(broker: Broker, ask: FetchAsk, limits: FetchLimits): Promise<FetchResponse> {
  return sendRequest<FetchResponse>(broker, {
    request: {
      apiKey: 1,
      apiVersion: FETCH_VERSION,
      apiName: 'Fetch',
      encode: async () => encodeFetchRequest(ask, limits),
    },
    response: { decode: async (payload) => decoded(payload), parse: async (response) => response },
  });
}

/**
 * One fetch that the broker forgets.
 *
 * @throws PartitionError, or what kafkajs says of the broker
 */
export async function fetchOnce(
  broker: Broker,
  positions: readonly FetchPosition[],
  limits: FetchLimits,
): Promise<FetchedPart[]> {
  const answer = await sendFetch(broker, { ...WITHOUT_SESSION, positions }, limits);
  if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
  return answer.responses.flatMap(({ topicName: topic, partitions }) =>
    partitions.map((part) => {
      const { partition, errorCode } = part;
      if (errorCode !== 0) throw partitionError(topic, partition, errorCode);
      const asked = positions.find((one) => one.topic === topic && one.partition === partition);
      if (!asked) throw new Error(`the answer to a fetch has ${topic}:${partition}, which was not asked for`);
      return fetchedPart(topic, asked.position, part);
    }),
  );
}

export function partitionError(topic: string, partition: number, errorCode: number): PartitionError {
  return Object.assign(createErrorFromCode(errorCode), { topic, partition });
}

/** What cannot be read will not be readable at the next try: kafkajs must give up, loudly. */
function decoded(payload: Buffer): FetchResponse {
  try {
    return decodeFetchResponse(payload);
  } catch (error) {
    throw new KafkaJSNonRetriableError((error as Error).message);
  }
}
