import type { Admit } from './admit.ts';

/** Backfill that may start in one turn of the event loop: about a millisecond's worth. */
const MAX_STARTS_A_TURN = 4;

/**
 * Lets little backfill start in one turn of the event loop. What is live comes in by that loop, in several hops from
 * event to request, and each would wait for a whole burst of a replay to be rendered, signed and written.
 *
 * @param again called in the next turn, when more may start
 */
export function withGivingWay(admit: Admit, again: () => void): Admit {
  let starts = 0;
  let isGivingWay = false;
  return {
    arrive: (task, nowMs) => admit.arrive(task, nowMs),
    next(nowMs, least) {
      const task = admit.next(nowMs, isGivingWay ? 'live' : least);
      if (task?.priority === 'backfill') started();
      return task;
    },
    ended: (task, end, nowMs) => admit.ended(task, end, nowMs),
    shed: (nowMs, busyShare) => admit.shed(nowMs, busyShare),
    withdrawLost: () => admit.withdrawLost(),
    get nextStartMs() {
      return admit.nextStartMs;
    },
    get queued() {
      return admit.queued;
    },
    get inFlight() {
      return admit.inFlight;
    },
    census: (nowMs) => admit.census(nowMs),
  };

  function started(): void {
    starts += 1;
    if (starts < MAX_STARTS_A_TURN) return;
    isGivingWay = true;
    setImmediate(() => {
      isGivingWay = false;
      starts = 0;
      again();
    });
  }
}
