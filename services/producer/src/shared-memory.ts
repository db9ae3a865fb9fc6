import { Chain, type Link } from './chain.ts';

/**
 * What is remembered for a while of many accounts, in bounded memory. One account may hold as much as it leaves free
 * (docs/adr/0032): what it adds beyond that takes the place of its own oldest, so that a flood makes nobody forget but
 * itself. Only where so many accounts hold something that nothing is free, who has added nothing for longest gives way.
 */
export interface SharedMemory<V> {
  get(accountId: string, key: string): V | undefined;
  set(accountId: string, key: string, value: V, size?: number): void;
  /** Of all accounts. */
  readonly size: number;
}

export interface SharedMemoryOptions {
  /** In the unit of the sizes that are given; nothing is remembered with 0. */
  maxSize: number;
  ttlMs: number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

interface Entry<V> extends Link<Entry<V>> {
  key: string;
  value: V;
  size: number;
  untilMs: number;
}

interface Own<V> extends Link<Own<V>> {
  accountId: string;
  entries: Map<string, Entry<V>>;
  /** The oldest first, which expires first: all live equally long. */
  queue: Chain<Entry<V>>;
  size: number;
}

export function createSharedMemory<V>({ maxSize, ttlMs, now }: SharedMemoryOptions): SharedMemory<V> {
  const accounts = new Map<string, Own<V>>();
  /** Who has added nothing for longest first. */
  const quietest = new Chain<Own<V>>();
  let total = 0;

  function join(accountId: string): Own<V> {
    const own: Own<V> = { accountId, entries: new Map(), queue: new Chain(), size: 0 };
    accounts.set(accountId, own);
    quietest.append(own);
    return own;
  }

  function leave(own: Own<V>): void {
    accounts.delete(own.accountId);
    quietest.remove(own);
  }

  function forget(own: Own<V>, entry: Entry<V> | undefined): void {
    if (!entry) return;
    own.entries.delete(entry.key);
    own.queue.remove(entry);
    own.size -= entry.size;
    total -= entry.size;
  }

  function forgetExpired(own: Own<V>, nowMs: number): void {
    while (own.queue.first && own.queue.first.untilMs <= nowMs) forget(own, own.queue.first);
  }

  /** What those hold who do not come any more would be missing to the others. */
  function forgetQuiet(nowMs: number): void {
    for (let own = quietest.first; own; own = quietest.first) {
      forgetExpired(own, nowMs);
      if (own.size > 0) return;
      leave(own);
    }
  }

  function makeRoom(own: Own<V> | undefined, size: number): void {
    while (own && own.size > 0 && own.size + size > maxSize - total - size) forget(own, own.queue.first);
    for (let other = quietest.first; other && total + size > maxSize; other = quietest.first) {
      forget(other, other.queue.first);
      if (other.size === 0) leave(other);
    }
  }

  return {
    get(accountId, key) {
      const entry = accounts.get(accountId)?.entries.get(key);
      return entry && entry.untilMs > now() ? entry.value : undefined;
    },
    set(accountId, key, value, size = 1) {
      if (size > maxSize) return;
      const nowMs = now();
      const before = accounts.get(accountId);
      if (before) forget(before, before.entries.get(key));
      if (before) forgetExpired(before, nowMs);
      forgetQuiet(nowMs);
      makeRoom(accounts.get(accountId), size);

      const own = accounts.get(accountId) ?? join(accountId);
      const entry: Entry<V> = { key, value, size, untilMs: nowMs + ttlMs };
      own.entries.set(key, entry);
      own.queue.append(entry);
      own.size += size;
      total += size;
      quietest.remove(own);
      quietest.append(own);
    },
    get size() {
      return total;
    },
  };
}
