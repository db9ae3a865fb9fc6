export interface BrokerPorts {
  client: number;
  controller: number;
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * How every local broker behaves, whatever starts it. Three of them are a quorum of three voters in which internal
 * topics survive the loss of one, as in production.
 */
export function brokerBehaviour(brokers: number): Settings {
  const replicas = Math.min(3, brokers);
  const inSync = Math.max(1, replicas - 1);
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 1,

    'auto.create.topics.enable': false,
    'log.message.timestamp.type': 'LogAppendTime',
    'message.max.bytes': 8 * 1024 * 1024,
    'replica.fetch.max.bytes': 8 * 1024 * 1024,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,

    // Small: two cores, a heap of 512 MB, and hundreds of partitions with next to nothing in them.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'log.segment.bytes': 512 * 1024 * 1024,
    'log.index.size.max.bytes': 1024 * 1024,

    // How long a killed broker counts as alive: its leaders stay with it, and it cannot register again (it tries
    // after 0.1, 0.3, 0.7, 1.5, 3.1 and 6.3 s). A broker that is alone is given longer to be slow: nobody takes over.
    'broker.session.timeout.ms': brokers > 1 ? 3000 : 6000,
    'broker.heartbeat.interval.ms': 500,
  };
}

/** Who a broker is and where it listens: one KRaft process that is broker and controller at once. */
export function brokerAddress(nodeId: number, cluster: readonly BrokerPorts[]): Settings {
  const ports = cluster[nodeId - 1];
  if (!ports) throw new RangeError(`broker ${nodeId} of ${cluster.length}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': cluster
      .map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.client}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  };
}

export function asProperties(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** As Kafka's container image reads them: `log.dirs` is `KAFKA_LOG_DIRS`. */
export function asContainerEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`,
      String(value),
    ]),
  );
}
