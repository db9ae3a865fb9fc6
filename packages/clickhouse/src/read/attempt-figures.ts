import { OUTCOME_CLASS } from './requests.ts';
import type { AttemptFigures } from './stats-figures.ts';

/** Of a query over requests, grouped by whatever they are told by. */
export const ATTEMPT_COLUMNS = `
  count() AS total,
  countIf(state = 'delivered') AS delivered, countIf(state = 'waiting') AS retry,
  countIf(state = 'dead') AS dead, countIf(state = 'held') AS hold, countIf(state = 'pending') AS none,
  sumMap(map(${OUTCOME_CLASS}, toUInt64(1))) AS outcomes,
  quantilesTDigest(0.5, 0.95, 0.99)(duration_ms) AS durations`;

export interface AttemptRow extends Omit<AttemptFigures, 'durationMs'> {
  durations: [number, number, number];
}

export function attemptFigures(row: AttemptRow): AttemptFigures {
  const { total, delivered, retry, dead, hold, none, outcomes } = row;
  const [p50, p95, p99] = row.durations;
  const durationMs = total > 0 ? { p50, p95, p99 } : undefined;
  return { total, delivered, retry, dead, hold, none, outcomes, durationMs };
}

export const NO_ATTEMPTS: AttemptFigures = {
  total: 0,
  delivered: 0,
  retry: 0,
  dead: 0,
  hold: 0,
  none: 0,
  outcomes: {},
  durationMs: undefined,
};
