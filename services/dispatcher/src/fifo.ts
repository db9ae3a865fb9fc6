/** Consumed places are given back at this many, so that a queue that never runs empty does not grow. */
const COMPACT_AT = 1_024;

/** A queue whose `shift` costs the same at any length: an array's moves what is left. */
export interface Fifo<T> {
  readonly length: number;
  push(item: T): void;
  peek(): T | undefined;
  shift(): T | undefined;
  /** Takes what is beyond the first `keep`, in order. */
  takeBeyond(keep: number): T[];
  /** Takes what the predicate is true for, in order. */
  takeWhere(predicate: (item: T) => boolean): T[];
}

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;

  return {
    get length() {
      return items.length - head;
    },
    push(item) {
      items.push(item);
    },
    peek: () => items[head],
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head++] = undefined;
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head >= COMPACT_AT && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    takeBeyond(keep) {
      return items.splice(head + keep) as T[];
    },
    takeWhere(predicate) {
      const taken: T[] = [];
      const kept: T[] = [];
      for (const item of items.slice(head) as T[]) (predicate(item) ? taken : kept).push(item);
      items = kept;
      head = 0;
      return taken;
    },
  };
}
