import type { Row } from '../row.ts';
import { MID_CATCH_UP } from './catch-up.ts';
import { CONFIGURATION_READER_DEAD } from './configuration-reader.ts';
import { CRASH_POINT_ROWS } from './crash-points.ts';
import { MID_ATTEMPT } from './mid-attempt.ts';
import { REBALANCE_MID_ATTEMPT, ROLL_OUT, SCALE } from './rebalance.ts';
import { REGISTRY_DOWN } from './registry-down.ts';
import { BROKER_KILLED, CLICKHOUSE_DOWN, SLOW_BROKER } from './servers.ts';

/** The crash table, in the order in which it is run. */
export const ROWS: readonly Row[] = [
  ...CRASH_POINT_ROWS,
  MID_ATTEMPT,
  REBALANCE_MID_ATTEMPT,
  ROLL_OUT,
  SCALE,
  BROKER_KILLED,
  SLOW_BROKER,
  CLICKHOUSE_DOWN,
  REGISTRY_DOWN,
  CONFIGURATION_READER_DEAD,
  MID_CATCH_UP,
];
