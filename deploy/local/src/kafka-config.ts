export interface BrokerPorts {
  client: number;
  controller: number;
}

/**
 * The `server.properties` of one KRaft process that is broker and controller at once. Three of them form a quorum of
 * three voters in which internal topics survive the loss of one, as in production.
 */
export function brokerProperties(nodeId: number, cluster: readonly BrokerPorts[], dataDir: string): string {
  const ports = cluster[nodeId - 1];
  if (!ports) throw new RangeError(`broker ${nodeId} of ${cluster.length}`);
  const replicas = Math.min(3, cluster.length);
  const inSync = Math.max(1, replicas - 1);
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': cluster
      .map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.client}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataDir,

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
  };
  if (cluster.length > 1) {
    // A killed broker's leaders move after 6 s instead of 9 s.
    properties['broker.session.timeout.ms'] = 6000;
    properties['broker.heartbeat.interval.ms'] = 1000;
  }
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
