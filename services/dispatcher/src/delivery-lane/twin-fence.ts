/**
 * Keeps one of two records of the same (delivery, step) from being acted on: a crash between a retry record and its
 * commit makes such twins. Remembers at least the last `capacity / 2` steps disposed of, at most `capacity`.
 */
export interface TwinFence<T> {
  /**
   * `first`: act on it, then `settle` or `release`. `disposed`: its twin is done with, drop it. `underway`: its twin
   * is being acted on; the item is set aside and handed back by `settle` or `release`.
   */
  enter(deliveryId: string, step: number, item: T): 'first' | 'disposed' | 'underway';
  /** The step is disposed of and acknowledged. Gives the twins set aside, to be dropped. */
  settle(deliveryId: string, step: number): T[];
  /** The step was begun and not disposed of (fenced). Gives the twins set aside, to be acted on. */
  release(deliveryId: string, step: number): T[];
}

export function createTwinFence<T>(capacity: number): TwinFence<T> {
  const underway = new Map<string, T[] | undefined>();
  // Two generations instead of an order: forgetting the older one costs nothing a step.
  let young = new Set<string>();
  let old = new Set<string>();

  return {
    enter(deliveryId, step, item) {
      const key = keyOf(deliveryId, step);
      if (young.has(key) || old.has(key)) return 'disposed';
      if (!underway.has(key)) {
        underway.set(key, undefined);
        return 'first';
      }
      const aside = underway.get(key);
      if (aside) aside.push(item);
      else underway.set(key, [item]);
      return 'underway';
    },
    settle(deliveryId, step) {
      const key = keyOf(deliveryId, step);
      if (young.size >= capacity / 2) {
        old = young;
        young = new Set();
      }
      young.add(key);
      return handBack(key);
    },
    release: (deliveryId, step) => handBack(keyOf(deliveryId, step)),
  };

  function handBack(key: string): T[] {
    const aside = underway.get(key) ?? [];
    underway.delete(key);
    return aside;
  }
}

function keyOf(deliveryId: string, step: number): string {
  return `${deliveryId}:${step}`;
}
