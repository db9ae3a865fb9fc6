import { createRotation } from '../rotation.ts';
import type { Admit } from './admit.ts';
import { isTest } from './look-up.ts';
import type { DeliveryTask } from './task.ts';

/** Tests under way at once, over all endpoints. One may take as long as the time-out of its endpoint. */
const MAX_TESTS_IN_FLIGHT = 32;

/**
 * Takes tests before everything else, and out of the queues of their endpoints: somebody waits for the answer, and asks
 * above all while an endpoint is slow, limited or failing. What a test finds says nothing to pace and breaker, so that
 * nobody can hold an endpoint's deliveries up, or have them let go, by testing it. Where all places are taken, accounts
 * take turns: few of them, with endpoints that hang, are enough to take all.
 */
export function withTestTurns(admit: Admit, accountOf: (endpointId: string) => string): Admit {
  const waiting = createRotation<DeliveryTask>();
  let inFlight = 0;
  return {
    arrive(task, nowMs) {
      if (!isTest(task)) return admit.arrive(task, nowMs);
      waiting.push(accountOf(task.delivery.endpointId), task);
      return { kind: 'queue' };
    },
    next(nowMs, least) {
      const test = inFlight < MAX_TESTS_IN_FLIGHT ? waiting.shift() : undefined;
      if (!test) return admit.next(nowMs, least);
      inFlight += 1;
      return test;
    },
    ended(task, end, nowMs) {
      if (isTest(task)) inFlight -= 1;
      else admit.ended(task, end, nowMs);
    },
    shed: (nowMs, busyShare) => admit.shed(nowMs, busyShare),
    withdrawLost() {
      waiting.takeWhere(({ record }) => !record.claim.isCurrent());
      admit.withdrawLost();
    },
    get nextStartMs() {
      return admit.nextStartMs;
    },
    get queued() {
      return admit.queued + waiting.length;
    },
    get inFlight() {
      return admit.inFlight + inFlight;
    },
    census: (nowMs) => admit.census(nowMs),
  };
}
