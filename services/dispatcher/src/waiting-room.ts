import { createDueHeap, type Place } from './due-heap.ts';

/** What waits to leave: by the time, and by its endpoint, where it is of one. */
export interface WaitingRoom<T extends { endpointId?: string }> {
  /** When the first leaves, epoch milliseconds; undefined when nobody waits. */
  readonly nextLeaveMs: number | undefined;
  add(leaveAtMs: number, item: T): void;
  /** Takes the first out, if it may leave at `nowMs`. */
  takeDue(nowMs: number): T | undefined;
  /** Those of an endpoint that the predicate is true for leave at once. False where there is none. */
  hasten(endpointId: string, predicate: (item: T) => boolean): boolean;
  /** Keeps only what the predicate is true for. */
  retain(predicate: (item: T) => boolean): void;
}

const AT_ONCE = 0;

export function createWaitingRoom<T extends { endpointId?: string }>(): WaitingRoom<T> {
  const heap = createDueHeap<T>();
  const byEndpoint = new Map<string, Map<T, Place>>();

  return {
    get nextLeaveMs() {
      return heap.nextDueMs;
    },
    add(leaveAtMs, item) {
      const place = heap.push(leaveAtMs, item);
      if (item.endpointId === undefined) return;
      const places = byEndpoint.get(item.endpointId);
      if (places) places.set(item, place);
      else byEndpoint.set(item.endpointId, new Map([[item, place]]));
    },
    takeDue(nowMs) {
      const item = heap.popDue(nowMs);
      if (item) forget(item);
      return item;
    },
    hasten(endpointId, predicate) {
      let isAny = false;
      for (const [item, place] of byEndpoint.get(endpointId) ?? []) {
        if (!predicate(item)) continue;
        heap.hasten(place, AT_ONCE);
        isAny = true;
      }
      return isAny;
    },
    retain(predicate) {
      heap.retain((item) => {
        const isKept = predicate(item);
        if (!isKept) forget(item);
        return isKept;
      });
    },
  };

  function forget(item: T): void {
    if (item.endpointId === undefined) return;
    const places = byEndpoint.get(item.endpointId);
    places?.delete(item);
    if (places?.size === 0) byEndpoint.delete(item.endpointId);
  }
}
