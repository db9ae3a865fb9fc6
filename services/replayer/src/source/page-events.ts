import type { Coordinates } from '@herald/domain/coordinates';

/** The event of a delivery, as it is in Kafka. */
export interface FoundEvent {
  /** Where it was first read from. */
  origin: Coordinates;
  /** Null in a plan, which sends nothing. */
  value: Buffer | null;
}

/**
 * The events of one page of deliveries, from its first one on, as many as fit into `maxBytes` and one at least: what
 * does not fit is cut off the end, to be read again with the next page.
 */
export interface PageEvents {
  /** How many deliveries the page has left. */
  readonly length: number;
  at(index: number): FoundEvent | undefined;
  /** For the deliveries of one event, by where they are in the page. */
  keep(indexes: readonly number[], event: FoundEvent): void;
}

export function createPageEvents(deliveries: number, maxBytes: number): PageEvents {
  const events = new Map<number, FoundEvent>();
  /** Where each event is first wanted. */
  const bytesAt = new Map<number, number>();
  let length = deliveries;
  let bytes = 0;

  return {
    get length() {
      return length;
    },
    at: (index) => events.get(index),
    keep(indexes, event) {
      const within = indexes.filter((index) => index < length);
      if (within.length === 0) return;
      for (const index of within) events.set(index, event);
      const first = Math.min(...within);
      const size = event.value?.length ?? 0;
      bytesAt.set(first, size);
      bytes += size;
      while (bytes > maxBytes && length > 1) cutLast();
    },
  };

  function cutLast(): void {
    length -= 1;
    events.delete(length);
    bytes -= bytesAt.get(length) ?? 0;
  }
}
