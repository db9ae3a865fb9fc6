import type { Coordinates } from '@herald/domain/coordinates';

/** An event that is on record: acknowledged by all in-sync replicas. */
export interface Published extends Coordinates {
  event_id: string;
}
