import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@herald/testkit/eventually';
import { createReceiver } from '@herald/testkit/receiver';
import type { Row } from '../row.ts';

/** An endpoint is routed to this long after its creation was answered. */
const ROUTED_WITHIN_MS = 2_000;
const BLIND_MS = 6_000;
/** Longer than a fetch waits for records (0.5 s): the one that is under way still brings what is written meanwhile. */
const LAST_FETCH_MS = 2_000;

/**
 * The dispatcher's reader of endpoints hears nothing more. It must not route by what it knew, but wait: an endpoint
 * that is created meanwhile gets every event from then on.
 */
export const CONFIGURATION_READER_DEAD: Row = {
  name: 'configuration-reader-dead',
  async blow({ world, load, progress }) {
    const { services } = world.herald;
    const { adminUrl } = services.addresses('dispatcher');
    progress("the dispatcher's reader of endpoints hears nothing more");
    world.arm('dispatcher', 'no configuration');
    await sleep(LAST_FETCH_MS);

    const receiver = await createReceiver();
    const { account } = load;
    const body = { project_id: account.projectId, url: receiver.url };
    const { endpoint_id } = await account.api().post<{ endpoint_id: string }>('/v1/endpoints', body);
    await sleep(ROUTED_WITHIN_MS);
    load.join({ endpointId: endpoint_id, receiver });
    await eventually(async () => {
      const { status } = await fetch(`${adminUrl}/readyz`);
      if (status !== 503)
        throw new Error(`The dispatcher is blind and says ${status}, not 503, of its readiness`);
    });
    progress('its readiness is gone');
    await sleep(BLIND_MS);
    world.disarm('dispatcher');
    await eventually(async () => {
      const { ok } = await fetch(`${adminUrl}/readyz`);
      if (!ok) throw new Error('The dispatcher is not ready again');
    });
    progress('it is ready again');
  },
};
