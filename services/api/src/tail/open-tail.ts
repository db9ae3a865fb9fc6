import type { Logger } from '@herald/service-kit/log';
import type { ApiMetrics } from '../api-metrics.ts';
import type { AttemptSource } from './attempt-source.ts';
import { createTail, TAIL_LIMITS, type Tail, type TailLimits } from './tail.ts';

export interface OpenTailOptions {
  attempts: AttemptSource;
  log: Logger;
  metrics: Pick<ApiMetrics, 'skipped'>;
  limits?: Partial<TailLimits>;
}

/** The live tail of this process; it closes what it listens to. */
export function openTail({ attempts, log, metrics, limits }: OpenTailOptions): Tail {
  return createTail({
    ...TAIL_LIMITS,
    ...limits,
    source: attempts,
    onSkipped: (count) => metrics.skipped(count),
    onFailure: (err) => log.warn({ err }, 'a client of the live tail cannot be served'),
    now: Date.now,
  });
}
