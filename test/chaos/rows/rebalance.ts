import { type Behaviour, healthy } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import type { Receiver } from '@herald/testkit/receiver';
import { dispatcherName } from '../fleet.ts';
import { ENDPOINTS, type EndpointPlan } from '../load.ts';
import type { Row } from '../row.ts';

/** Longer than a rebalance waits for what is under way (10 s) and than a dispatcher takes to start. */
const STUCK_MS = 25_000;
/** Of several, so that some are on partitions that change hands. */
const STUCK_ENDPOINTS = 5;
/** Few of many that may be open, so that the endpoint is not taken for slow and its deliveries parked. */
const STUCK_REQUESTS = 2;

const STUCK: EndpointPlan = { behaviour: healthy, fields: { timeout_ms: 30_000, max_concurrency: 40 } };

function stuckAtFirst(): Behaviour {
  let left = STUCK_REQUESTS;
  return () => {
    left -= 1;
    return { kind: 'respond', status: 200, ...(left < 0 ? {} : { afterMs: STUCK_MS }) };
  };
}

/** A second dispatcher takes over partitions on which requests are open that do not end in time. */
export const REBALANCE_MID_ATTEMPT: Row = {
  name: 'rebalance-mid-attempt',
  endpoints: [ENDPOINTS.healthy, ...Array.from({ length: STUCK_ENDPOINTS }, () => STUCK)],
  async blow({ world, load, handOver, drain, progress }) {
    const receivers = load.endpoints.slice(-STUCK_ENDPOINTS).map(({ receiver }) => receiver);
    for (const receiver of receivers) receiver.behave(stuckAtFirst());
    const openAt = ({ requests }: Receiver) =>
      requests.filter(({ endedAtMs }) => endedAtMs === undefined).length;
    await eventually(() => {
      if (!receivers.every((receiver) => openAt(receiver) >= STUCK_REQUESTS))
        throw new Error('not every receiver has its requests open');
    });
    progress(`${receivers.length} endpoints hang, another dispatcher joins`);
    handOver();
    await world.herald.services.start('dispatcher', dispatcherName(1));
    await drain(dispatcherName(1));
  },
};

/** Dispatchers that are stopped and started one after the other, as in a roll-out. */
export const ROLL_OUT: Row = {
  name: 'roll-out',
  dispatchers: 3,
  async blow({ drain, restart }) {
    for (let index = 0; index < 3; index++) {
      await drain(dispatcherName(index));
      await restart('dispatcher', dispatcherName(index));
    }
  },
};

export const SCALE: Row = {
  name: 'scale',
  async blow({ world, load, drain, progress }) {
    const { services } = world.herald;
    progress('from 1 to 3 dispatchers');
    await Promise.all([1, 2].map((index) => services.start('dispatcher', dispatcherName(index))));
    await load.flows(40);
    progress('and back');
    await Promise.all([1, 2].map((index) => drain(dispatcherName(index))));
  },
};
