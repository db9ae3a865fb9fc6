import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { KafkaConnection } from '@herald/kafka/connection';
import { endSessions } from '@herald/kafka/testing/leave-group';
import { DISPATCHER_LANES } from '@herald/testkit/dispatcher-lanes';
import { type Herald, openHerald } from '@herald/testkit/herald';
import { openWitness, type Witness } from '@herald/testkit/witness';
import type { CrashPointName } from './crash-point/points.ts';
import { type History, openHistory } from './history.ts';

/** Herald on three brokers, its services ready to be killed at a point, and those who watch. */
export interface World {
  herald: Herald;
  connection: KafkaConnection;
  witness: Witness;
  /** Every disposition on record so far, each once. */
  attempts: ReadonlyMap<string, DeliveryAttempt>;
  history: History;
  /** The service ends, or loses something, when it next comes to the point. */
  arm(name: string, point: CrashPointName): void;
  disarm(name: string): void;
  /** Of one that died at its point, milliseconds since 1970. */
  diedAtMs(name: string): number;
  /** Kafka lets go of what the dead members of the service's groups had: none of its kind may be running. */
  forget(service: 'dispatcher' | 'logger'): Promise<void>;
  close(): Promise<void>;
}

const AGENT = pathToFileURL(join(import.meta.dirname, 'crash-point', 'agent.ts')).href;

const GROUPS = {
  dispatcher: DISPATCHER_LANES.map(({ groupId }) => groupId),
  logger: ['herald.log'],
};

export async function openWorld(onProgress: (line: string) => void): Promise<World> {
  const closing = new AsyncDisposableStack();
  try {
    const folder = mkdtempSync(join(tmpdir(), 'herald-chaos-'));
    const orderOf = (name: string) => join(folder, `${name}.order`);
    const herald = await openHerald({
      brokers: 3,
      logDir: folder,
      onProgress,
      envOf: (name) => ({
        NODE_OPTIONS: `--import=${AGENT}`,
        HERALD_CHAOS_ORDER: orderOf(name),
        HERALD_ATTEMPT_LOG_LEVEL: 'debug',
      }),
    });
    closing.defer(() => herald.close());
    onProgress(`Herald is ready; the logs of its services are in ${folder}`);

    const { stack, services } = herald;
    const connection = { brokers: stack.brokers, clientId: 'herald-chaos', logger: { log() {} } };
    const attempts = new Map<string, DeliveryAttempt>();
    const witness = await openWitness({
      ...stack,
      onAttempt: (attempt) => attempts.set(attempt.attempt_id, attempt),
    });
    closing.defer(() => witness.close());
    const history = openHistory(stack);
    closing.defer(() => history.close());

    const order = (name: string, point: string) => {
      writeFileSync(orderOf(name), point);
      process.kill(services.pid(name), 'SIGUSR2');
    };
    return {
      herald,
      connection,
      witness,
      attempts,
      history,
      arm: order,
      disarm: (name) => order(name, ''),
      diedAtMs: (name) => Number(readFileSync(`${orderOf(name)}.died`, 'utf8')),
      forget: (service) => endSessions(connection, GROUPS[service]),
      async close() {
        await closing.disposeAsync();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}
