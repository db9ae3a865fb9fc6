import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** A broker counts as alive for 3 s after its last sign of life: this is long enough for its leaders to move. */
const BROKER_OUTAGE_MS = 8_000;
const CLICKHOUSE_OUTAGE_MS = 60_000;

export const BROKER_KILLED: Row = {
  name: 'broker-killed',
  async blow({ world, progress }) {
    const broker = world.herald.stack.broker(1);
    progress(`kill -9 of ${broker.name}`);
    await broker.kill9();
    await sleep(BROKER_OUTAGE_MS);
    await broker.start();
    progress(`${broker.name} is back`);
  },
};

/** It takes connections and answers nothing. */
export const SLOW_BROKER: Row = {
  name: 'slow-broker',
  async blow({ world, progress }) {
    const { name, pid } = world.herald.stack.broker(2);
    progress(`${name} stands still`);
    process.kill(pid!, 'SIGSTOP');
    await sleep(BROKER_OUTAGE_MS);
    process.kill(pid!, 'SIGCONT');
    progress(`${name} goes on`);
  },
};

export const CLICKHOUSE_DOWN: Row = {
  name: 'clickhouse-down',
  async blow({ world, progress }) {
    const { clickhouse } = world.herald.stack;
    progress(`kill -9 of ClickHouse, for ${CLICKHOUSE_OUTAGE_MS / 1_000} s`);
    await clickhouse.kill9();
    await sleep(CLICKHOUSE_OUTAGE_MS);
    await clickhouse.start();
    progress('ClickHouse is back');
  },
};
