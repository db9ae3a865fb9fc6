import { healthy, slow } from '@herald/testkit/behaviour';
import { eventually } from '@herald/testkit/eventually';
import { dispatcherName } from '../fleet.ts';
import { ENDPOINTS, type EndpointPlan } from '../load.ts';
import type { Row } from '../row.ts';

/** Longer than a rebalance waits for what is under way (10 s) and than a dispatcher takes to start. */
const STUCK_MS = 25_000;
/** Of several, so that some are on partitions that change hands. */
const STUCK_ENDPOINTS = 6;

const STUCK: EndpointPlan = { behaviour: healthy, fields: { timeout_ms: 30_000, max_concurrency: 2 } };

/** A second dispatcher takes over partitions on which requests are open that do not end in time. */
export const REBALANCE_MID_ATTEMPT: Row = {
  name: 'rebalance-mid-attempt',
  endpoints: [...Object.values(ENDPOINTS), ...Array.from({ length: STUCK_ENDPOINTS }, () => STUCK)],
  async blow({ world, load, cut, drain, progress }) {
    const receivers = load.endpoints.slice(-STUCK_ENDPOINTS).map(({ receiver }) => receiver);
    for (const receiver of receivers) receiver.behave(slow({ afterMs: STUCK_MS }));
    await eventually(() => {
      const isOpen = receivers.every(({ requests }) => requests.at(-1)?.endedAtMs === undefined);
      if (!isOpen) throw new Error('not every receiver has a request open');
    });
    for (const receiver of receivers) receiver.behave(healthy());
    progress(`${receivers.length} endpoints hang, another dispatcher joins`);
    cut();
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
