import { performance } from 'node:perf_hooks';

/** Share of the time since the call before in which the event loop of this process had work, 0 to 1. */
export function createBusyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
