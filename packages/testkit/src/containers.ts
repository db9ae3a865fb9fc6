import { fileURLToPath } from 'node:url';
import { CLICKHOUSE_DATABASE } from '@herald/local-stack/clickhouse';
import { asContainerEnvironment, brokerAddress, brokerBehaviour } from '@herald/local-stack/kafka-config';
import { freePorts } from '@herald/local-stack/ports';
import { CONFLUENT_API } from '@herald/local-stack/registry';
import type { StackCoordinates } from '@herald/local-stack/stack';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';

const IMAGES = {
  kafka: 'apache/kafka:4.3.1',
  registry: 'apicurio/apicurio-registry-mem:2.6.13.Final',
  clickhouse: 'clickhouse/clickhouse-server:26.7',
};

const MUTATION_SETTINGS = fileURLToPath(new URL('../../../deploy/clickhouse/mutations.xml', import.meta.url));

export interface ContainerStack {
  coordinates: StackCoordinates;
  stop(): Promise<void>;
}

/** The same servers as the local stack's, of the same versions and settings, on Docker. */
export async function startContainers(): Promise<ContainerStack> {
  const started = await Promise.allSettled([startKafka(), startRegistry(), startClickHouse()]);
  const [kafka, registry, clickhouse] = started;
  const stop = async () => {
    await Promise.all(started.map((one) => one.status === 'fulfilled' && one.value.container.stop()));
  };
  if (kafka.status === 'rejected' || registry.status === 'rejected' || clickhouse.status === 'rejected') {
    await stop();
    throw started.find((one) => one.status === 'rejected')?.reason;
  }
  return {
    coordinates: {
      brokers: [kafka.value.address],
      registryUrl: `http://${registry.value.address}${CONFLUENT_API}`,
      clickhouseUrl: `http://${clickhouse.value.address}`,
      clickhouseDatabase: CLICKHOUSE_DATABASE,
    },
    stop,
  };
}

interface Started {
  container: StartedTestContainer;
  /** `host:port` */
  address: string;
}

/** A broker tells its clients its own address, so its port has to be the same inside and outside. */
async function startKafka(): Promise<Started> {
  const [client, controller] = await freePorts(2);
  const settings = {
    ...brokerAddress(1, [{ client: client!, controller: controller! }]),
    ...brokerBehaviour(1),
    listeners: `PLAINTEXT://0.0.0.0:${client},CONTROLLER://127.0.0.1:${controller}`,
  };
  const container = await new GenericContainer(IMAGES.kafka)
    .withEnvironment(asContainerEnvironment(settings))
    .withExposedPorts({ container: client!, host: client! })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return { container, address: `127.0.0.1:${client}` };
}

async function startRegistry(): Promise<Started> {
  const container = await new GenericContainer(IMAGES.registry)
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp(`${CONFLUENT_API}/subjects`, 8080))
    .start();
  return { container, address: `${container.getHost()}:${container.getMappedPort(8080)}` };
}

async function startClickHouse(): Promise<Started> {
  const container = await new GenericContainer(IMAGES.clickhouse)
    .withEnvironment({ CLICKHOUSE_DB: CLICKHOUSE_DATABASE, CLICKHOUSE_SKIP_USER_SETUP: '1' })
    .withCopyFilesToContainer([
      { source: MUTATION_SETTINGS, target: '/etc/clickhouse-server/users.d/mutations.xml' },
    ])
    .withExposedPorts(8123)
    .withWaitStrategy(Wait.forHttp('/ping', 8123))
    .start();
  return { container, address: `${container.getHost()}:${container.getMappedPort(8123)}` };
}
