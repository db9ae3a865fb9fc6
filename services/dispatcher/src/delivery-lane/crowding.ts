import type { LaneRecord } from '@herald/kafka/record';
import { CROWDED_SHARE } from './overflow.ts';

export interface WindowBounds {
  records: number;
  bytes: number;
}

/** Counts what waits in memory of each partition, against the window that its lane may hold of it. */
export interface Crowding {
  add(record: LaneRecord): void;
  remove(record: LaneRecord): void;
  isCrowded(claim: LaneRecord['claim']): boolean;
}

export function createCrowding(window: WindowBounds): Crowding {
  const waiting = new Map<LaneRecord['claim'], WindowBounds>();

  return {
    add({ claim, bytes }) {
      const held = waiting.get(claim);
      if (held) {
        held.records += 1;
        held.bytes += bytes;
      } else waiting.set(claim, { records: 1, bytes });
    },
    remove({ claim, bytes }) {
      const held = waiting.get(claim);
      if (!held) return;
      held.records -= 1;
      held.bytes -= bytes;
      if (held.records === 0) waiting.delete(claim);
    },
    isCrowded(claim) {
      const held = waiting.get(claim);
      if (!held) return false;
      return held.records >= window.records * CROWDED_SHARE || held.bytes >= window.bytes * CROWDED_SHARE;
    },
  };
}
