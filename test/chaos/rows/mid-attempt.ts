import type { Row } from '../row.ts';

/** The receiver itself ends the sender, with the request in its hands. */
export const MID_ATTEMPT: Row = {
  name: 'mid-attempt',
  async blow({ world, load, crashed, restart, progress }) {
    const { services } = world.herald;
    const [{ receiver }] = load.endpoints as [(typeof load.endpoints)[0]];
    const ended = services.ended('dispatcher');
    const pid = services.pid('dispatcher');
    let isStruck = false;
    receiver.behave(() => {
      if (!isStruck) process.kill(pid, 'SIGKILL');
      isStruck = true;
      return { kind: 'respond', status: 200 };
    });
    await ended;
    crashed();
    progress('the dispatcher died with a request open');
    await restart('dispatcher');
  },
};
