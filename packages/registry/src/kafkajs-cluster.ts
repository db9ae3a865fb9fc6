import { createKafka, type KafkaConnection } from '@herald/kafka/connection';

/** What the transaction coordinator gives to the current writer. */
export interface ProducerIdentity {
  producerId: string;
  producerEpoch: number;
}

/** The requests that kafkajs can make but does not offer, on the one partition of a topic. */
export interface RawCluster {
  /** Raises the epoch of this writer id; errors carry Kafka's name for them in `type`. */
  takeOver(writerId: string): Promise<ProducerIdentity>;
  /** Resolves with the first record's offset when all in-sync replicas have the records. */
  produce(
    identity: ProducerIdentity,
    firstSequence: number,
    records: readonly { key: string; value: Buffer | null }[],
  ): Promise<number>;
  disconnect(): Promise<void>;
}

interface Broker {
  initProducerId(request: { transactionalId: string; transactionTimeout: number }): Promise<ProducerIdentity>;
  produce(request: object): Promise<{ topics: { partitions: { baseOffset: string }[] }[] }>;
}

/** kafkajs 2.2.4, src/cluster/index.js. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<Broker>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(request: { nodeId: string }): Promise<Broker>;
}

const TRANSACTION_COORDINATOR = 1;
const ALL_REPLICAS = -1;
const PRODUCE_TIMEOUT_MS = 5_000;
/** Required by the request; nothing is ever open under this id. */
const TRANSACTION_TIMEOUT_MS = 10_000;

export async function connectCluster(connection: KafkaConnection, topic: string): Promise<RawCluster> {
  const cluster = createCluster(connection);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
  } catch (error) {
    await cluster.disconnect().catch(() => {});
    throw error;
  }

  return {
    async takeOver(transactionalId) {
      const coordinator = await cluster.findGroupCoordinator({
        groupId: transactionalId,
        coordinatorType: TRANSACTION_COORDINATOR,
      });
      return coordinator.initProducerId({ transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS });
    },

    async produce({ producerId, producerEpoch }, firstSequence, records) {
      const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [0]));
      if (leader === undefined) throw new Error(`${topic} has no leader now`);
      const broker = await cluster.findBroker({ nodeId: leader });
      const timestamp = Date.now();
      const messages = records.map(({ key, value }) => ({ key, value, headers: {}, timestamp }));
      const { topics } = await broker.produce({
        producerId,
        producerEpoch,
        acks: ALL_REPLICAS,
        timeout: PRODUCE_TIMEOUT_MS,
        topicData: [{ topic, partitions: [{ partition: 0, firstSequence, messages }] }],
      });
      const baseOffset = topics[0]?.partitions[0]?.baseOffset;
      if (baseOffset === undefined) throw new Error(`the answer to a produce request leaves out ${topic}`);
      return Number(baseOffset);
    },

    disconnect: () => cluster.disconnect(),
  };
}

function createCluster(connection: KafkaConnection): Cluster {
  const kafka = createKafka(withoutFencing(connection));
  const [createsCluster] = Object.getOwnPropertySymbols(kafka).filter(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (!createsCluster)
    throw new Error('This kafkajs is not 2.2.4: the configuration writer needs its cluster');
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[createsCluster];
  return create!.call(kafka, { metadataMaxAge: 60_000, allowAutoTopicCreation: false });
}

/** To be fenced is what two writers do to each other every day: no error for an operator. */
function withoutFencing(connection: KafkaConnection): KafkaConnection {
  const { logger } = connection;
  if (!logger) return connection;
  return {
    ...connection,
    logger: {
      log(level, message, detail) {
        const isFencing = String(detail.error).startsWith(
          'Producer attempted an operation with an old epoch',
        );
        logger.log(isFencing ? 'debug' : level, message, detail);
      },
    },
  };
}
