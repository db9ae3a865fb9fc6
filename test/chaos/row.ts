import type { EndpointPlan } from './load.ts';
import type { Scene } from './scene.ts';

/** A line of the crash table. */
export interface Row {
  /** For `--rows`. */
  name: string;
  /** Default 1. */
  dispatchers?: number;
  /** Default all of `ENDPOINTS`. */
  endpoints?: readonly EndpointPlan[];
  /** Strikes while the load flows, and sees to it that everything is up again. */
  blow(scene: Scene): Promise<void>;
}
