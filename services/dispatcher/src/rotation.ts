import { createFifo, type Fifo } from './fifo.ts';

/** Queues by key, of which each in turn gives one: however much one of them has, another waits for one of it. */
export interface Rotation<T> {
  readonly length: number;
  push(key: string, item: T): void;
  shift(): T | undefined;
  /** Takes what the predicate is true for. */
  takeWhere(predicate: (item: T) => boolean): T[];
}

export function createRotation<T>(): Rotation<T> {
  /** In the order of their turns; none is empty. */
  const queues = new Map<string, Fifo<T>>();
  let length = 0;

  return {
    get length() {
      return length;
    },
    push(key, item) {
      const queue = queues.get(key) ?? createFifo<T>();
      queue.push(item);
      queues.set(key, queue);
      length += 1;
    },
    shift() {
      const [turn] = queues;
      if (!turn) return undefined;
      const [key, queue] = turn;
      const item = queue.shift();
      length -= 1;
      // Deleted and set again, it is last.
      queues.delete(key);
      if (queue.length > 0) queues.set(key, queue);
      return item;
    },
    takeWhere(predicate) {
      const taken: T[] = [];
      for (const [key, queue] of queues) {
        taken.push(...queue.takeWhere(predicate));
        if (queue.length === 0) queues.delete(key);
      }
      length -= taken.length;
      return taken;
    },
  };
}
