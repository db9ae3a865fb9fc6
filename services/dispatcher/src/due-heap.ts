/** Where an item stands in a heap. */
export interface Place {
  dueMs: number;
}

/** A binary min-heap of items by the time that they are due. */
export interface DueHeap<T> {
  readonly size: number;
  /** When the earliest is due, epoch milliseconds; undefined when empty. */
  readonly nextDueMs: number | undefined;
  push(dueMs: number, item: T): Place;
  /** Makes an item that has not come out yet due sooner. */
  hasten(place: Place, dueMs: number): void;
  /** The earliest item, if it is due at `nowMs`. */
  popDue(nowMs: number): T | undefined;
  /** Keeps only what the predicate is true for. */
  retain(predicate: (item: T) => boolean): void;
}

interface Entry<T> extends Place {
  item: T;
  index: number;
}

export function createDueHeap<T>(): DueHeap<T> {
  let heap: Entry<T>[] = [];

  return {
    get size() {
      return heap.length;
    },
    get nextDueMs() {
      return heap[0]?.dueMs;
    },
    push(dueMs, item) {
      const entry = { dueMs, item, index: heap.length };
      heap.push(entry);
      siftUp(entry.index);
      return entry;
    },
    hasten(place, dueMs) {
      const entry = place as Entry<T>;
      if (heap[entry.index] !== entry || entry.dueMs <= dueMs) return;
      entry.dueMs = dueMs;
      siftUp(entry.index);
    },
    popDue(nowMs) {
      const first = heap[0];
      if (!first || first.dueMs > nowMs) return undefined;
      const last = heap.pop() as Entry<T>;
      if (heap.length > 0) {
        put(0, last);
        siftDown(0);
      }
      return first.item;
    },
    retain(predicate) {
      // A sorted array is a heap.
      heap = heap.filter(({ item }) => predicate(item)).sort((a, b) => a.dueMs - b.dueMs);
      for (const [index, entry] of heap.entries()) entry.index = index;
    },
  };

  function siftUp(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (dueAt(parent) <= dueAt(at)) return;
      swap(parent, at);
      at = parent;
    }
  }

  function siftDown(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && dueAt(right) < dueAt(left) ? right : left;
      if (dueAt(at) <= dueAt(child)) return;
      swap(at, child);
      at = child;
    }
  }

  function dueAt(index: number): number {
    return (heap[index] as Entry<T>).dueMs;
  }

  function swap(a: number, b: number): void {
    const entry = heap[a] as Entry<T>;
    put(a, heap[b] as Entry<T>);
    put(b, entry);
  }

  function put(index: number, entry: Entry<T>): void {
    heap[index] = entry;
    entry.index = index;
  }
}
