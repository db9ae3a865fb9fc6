import { eventually } from '@herald/testkit/eventually';
import type { Row } from '../row.ts';

/** Held when the endpoint is resumed. */
const HELD_EVENTS = 120;
/** Of those, released when the dispatcher dies. */
const RELEASED = 30;

/** An endpoint that was paused is resumed, and its dispatcher dies half-way through what was held. */
export const MID_CATCH_UP: Row = {
  name: 'mid-catch-up',
  async blow({ world, load, crashed, restart, progress }) {
    const { services } = world.herald;
    const [{ endpointId, receiver }] = load.endpoints as [(typeof load.endpoints)[0]];
    const api = load.account.api();
    await api.post(`/v1/endpoints/${endpointId}/pause`, {});
    progress('an endpoint is paused');
    await load.flows(HELD_EVENTS);
    await eventually(async () => {
      const places = [...(await world.witness.whereabouts()).values()];
      const held = places.filter((place) => place === 'held').length;
      if (held < HELD_EVENTS / 2) throw new Error(`${held} deliveries are held`);
    });

    const ended = services.ended('dispatcher');
    const pid = services.pid('dispatcher');
    let left = RELEASED;
    receiver.behave(() => {
      left -= 1;
      if (left === 0) process.kill(pid, 'SIGKILL');
      return { kind: 'respond', status: 200 };
    });
    await api.post(`/v1/endpoints/${endpointId}/resume`, {});
    await ended;
    crashed();
    progress('it was resumed, and the dispatcher died while it caught up');
    await restart('dispatcher');
  },
};
