import { TOPICS } from '@herald/contracts/topics';
import { isFatal } from '@herald/kafka/kafkajs-errors';
import { partitionForKey } from '@herald/kafka/murmur2';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { Claim, LaneRecord } from '@herald/kafka/record';
import type { EndpointStatus, EndpointStatusTable } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import type { DeliveryTask } from '../delivery-lane/task.ts';
import { Follower, type HeldItem, type Taken, type TakenFate } from './follower.ts';
import { type FollowedEndpoint, PartitionCatchUp } from './partition-catch-up.ts';
import type { StatusBook } from './status-book.ts';
import { caughtUp, cursorMoved, entered, lifted } from './status-changes.ts';

/** The cursor of an endpoint goes on record at most this often, and 1 ms less often for each other that catches up. */
const PERSIST_EVERY_MS = 100;

/** Held deliveries in memory, over all endpoints; each may have one beyond. */
const MAX_READY_BYTES = 64 * 1024 * 1024;

/** How often the ends of the partitions are asked for: a cursor that begins too early only costs a longer look. */
const ENDS_EVERY_MS = 10_000;

/** What the delivery lane does with what is released to it. */
export type Release = (item: HeldItem) => void;

/** A delivery on its way into webhook.held. One of the two is to be called. */
export interface Append {
  /** It is there. Calls back when the status that tells where is on record, too. */
  acknowledged(then: () => void): void;
  /** Its twin was quicker. */
  abandoned(): void;
}

/** Everything about webhook.held, for the partitions whose deliveries are ours. */
export interface CatchUp {
  /** Calls back, as a rule at once, when it is known what is held in the partition of the claim. */
  whenOpen(claim: Claim, then: () => void): void;
  /** `reason` is undefined where the endpoint is not held but ordered. */
  append(configured: ConfiguredEndpoint, reason: string | undefined): Append;
  /** A record of webhook.held is done with. */
  complete(record: LaneRecord): void;
  /** It cannot be attempted now: it keeps its place. `untilMs` is 0 where the state of its endpoint says until when. */
  putBack(task: DeliveryTask, untilMs: number): void;
  /** An ordered one was attempted in vain; it keeps its place and is attempted again when it is due. */
  keepHead(task: DeliveryTask, next: { step: number; attempts: number; dueAtMs: number }): void;
  /** Nothing more is released. */
  suspend(): void;
  /** Puts on record how far the endpoints are. */
  persist(): void;
  /** `claims` are those of the deliveries. */
  resume(claims: readonly Claim[]): void;
  stop(): Promise<void>;
  /** It is known what is held in all partitions that are ours. */
  isOpen(): boolean;
  /** Endpoints with deliveries in webhook.held. */
  followed(): { endpoints: number; hoursToLoss: number };
}

export interface CatchUpOptions {
  endpoints: Pick<EndpointTable, 'get' | 'isUnreadable' | 'onChange' | 'waitForRevision'>;
  statuses: Pick<EndpointStatusTable, 'all' | 'onChange' | 'waitForRevision'>;
  stateOf: (configured: ConfiguredEndpoint) => FollowedEndpoint['state'];
  book: StatusBook;
  reader: PartitionReader;
  perSecond: number;
  release: Release;
  onReleased: (fate: TakenFate['kind'] | 'poison') => void;
  onGap: (gap: { endpointId: string; from: number; to: number }) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

interface Opening {
  claim: Claim;
  /** Undefined until it is known what is held. */
  catchUp: PartitionCatchUp | undefined;
  waiting: (() => void)[];
}

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { endpoints, statuses, stateOf, book, reader, perSecond, release, onFatal, now } = options;
  const partitions = new Map<number, Opening>();
  const taken: Taken = { bytes: 0 };
  const stopped = new AbortController();
  /** Of webhook.held; both known as soon as a partition is open. */
  let partitionCount = 1;
  let retentionMs: number | undefined;
  let suspended = true;
  let persistTimer: NodeJS.Timeout | undefined;
  const endsTimer = setInterval(() => void refreshEnds(), ENDS_EVERY_MS);
  const unsubscribe = [
    endpoints.onChange((endpointId, configured) => changed(endpointId, configured)),
    statuses.onChange((endpointId) => insist(endpointId)),
  ];

  return {
    whenOpen({ partition }, then) {
      const opening = partitions.get(partition);
      if (!opening) return; // the partition was lost meanwhile
      if (opening.catchUp) then();
      else opening.waiting.push(then);
    },

    append(configured, reason) {
      const endpointId = configured.endpoint.id;
      const partition = partitionOf(endpointId);
      if (!partition) return { acknowledged: (then) => then(), abandoned() {} };
      const floor = partition.endOffset;
      const status = entered(book.get(endpointId), configured, { reason, floor, nowMs: now() });
      if (status) book.decide(status);
      const follower = partition.followers.get(endpointId) ?? follow(partition, book.get(endpointId)!);
      follower.appends += 1;
      follower.atEndSinceMs = undefined;
      return {
        acknowledged(then) {
          follower.appends -= 1;
          follower.unseen = true;
          partition.turn(follower);
          book.whenRecorded(endpointId, then);
        },
        abandoned() {
          follower.appends -= 1;
          partition.turn(follower);
        },
      };
    },

    complete(record) {
      const found = followerOf(record);
      if (!found) return;
      found.follower.complete(record.offset);
      found.partition.turn(found.follower);
      persistSoon(found.follower);
    },

    putBack(task, untilMs) {
      const found = followerOf(task.record);
      if (!found) return;
      const { partition, follower } = found;
      follower.putBack({ kind: 'delivery', record: task.record, task, fate: { kind: 'deliver' } }, untilMs);
      partition.turn(follower);
    },

    keepHead(task, next) {
      const found = followerOf(task.record);
      if (!found) return;
      const { partition, follower } = found;
      follower.keep({ deliveryId: task.delivery.deliveryId, offset: task.record.offset, ...next });
      partition.turn(follower);
      persistSoon(follower);
    },

    suspend() {
      suspended = true;
      for (const { catchUp } of partitions.values()) catchUp?.suspend();
    },

    persist: persistAll,

    resume(claims) {
      suspended = false;
      for (const [number, { claim, catchUp }] of partitions) {
        if (claim.isCurrent()) continue;
        catchUp?.close();
        for (const follower of catchUp?.followers.values() ?? []) {
          follower.rewind();
          book.handOver(follower.endpointId);
        }
        partitions.delete(number);
      }
      for (const { catchUp } of partitions.values()) catchUp?.resume();
      const gained = claims.filter(({ partition }) => !partitions.has(partition));
      for (const claim of gained) {
        partitions.set(claim.partition, { claim, catchUp: undefined, waiting: [] });
      }
      if (gained.length > 0) open(gained).catch(unlessStopped);
    },

    async stop() {
      stopped.abort();
      clearInterval(endsTimer);
      clearTimeout(persistTimer);
      for (const end of unsubscribe) end();
      for (const { catchUp } of partitions.values()) catchUp?.close();
      await reader.close();
    },

    isOpen: () => [...partitions.values()].every(({ catchUp }) => catchUp),

    followed() {
      let lossAtMs = Number.POSITIVE_INFINITY;
      for (const { expiresAtMs } of followers()) lossAtMs = Math.min(lossAtMs, expiresAtMs ?? lossAtMs);
      return { endpoints: countFollowers(), hoursToLoss: (lossAtMs - now()) / 3_600_000 };
    },
  };

  /** Learns what those before us have decided, and where the ends are: theirs comes before ours. */
  async function open(gained: readonly Claim[]): Promise<void> {
    const { signal } = stopped;
    retentionMs ??= await reader.retentionMs(TOPICS.held, signal);
    await Promise.all([
      readToEnd(TOPICS.endpointStatus, statuses.waitForRevision),
      readToEnd(TOPICS.endpoints, endpoints.waitForRevision),
    ]);
    const bounds = await reader.bounds(TOPICS.held, signal);
    partitionCount = bounds.size;
    for (const claim of gained) {
      const opening = partitions.get(claim.partition);
      if (opening?.claim !== claim || !claim.isCurrent()) continue;
      const endOffset = bounds.get(claim.partition)?.endOffset ?? 0;
      opening.catchUp = catchUpOf(claim, endOffset);
      if (suspended) opening.catchUp.suspend();
    }
    for (const { endpointId } of statuses.all()) {
      const status = book.get(endpointId);
      const partition = partitionOf(endpointId);
      if (!status || !partition || partition.followers.has(endpointId)) continue;
      if (status.releasedTo !== undefined) follow(partition, status);
      else if (isDeleted(endpointId)) book.delete(endpointId);
    }
    for (const claim of gained) {
      const opening = partitions.get(claim.partition);
      if (opening?.claim !== claim) continue;
      opening.catchUp?.turnAll();
      for (const then of opening.waiting.splice(0)) then();
    }
  }

  async function readToEnd(
    topic: string,
    wait: (revision: number, timeoutMs?: number) => Promise<boolean>,
  ): Promise<void> {
    const bounds = await reader.bounds(topic, stopped.signal);
    const last = (bounds.get(0)?.endOffset ?? 0) - 1;
    while (!(await wait(last))) stopped.signal.throwIfAborted();
  }

  function catchUpOf(claim: Claim, endOffset: number): PartitionCatchUp {
    const held = { topic: TOPICS.held, partition: claim.partition, isCurrent: () => claim.isCurrent() };
    return new PartitionCatchUp({
      claim: held,
      endOffset,
      reader,
      retentionMs,
      perSecond,
      endpointOf,
      mayTakeMore: () => taken.bytes < MAX_READY_BYTES,
      release(item) {
        options.onReleased(item.kind === 'poison' ? 'poison' : item.fate.kind);
        release(item);
      },
      finished: ({ endpointId }) => {
        const known = book.get(endpointId);
        if (isDeleted(endpointId)) book.delete(endpointId);
        else if (known) {
          book.decide(caughtUp(known, now()));
          book.write(endpointId);
        }
      },
      onGap: (endpointId, from, to) => options.onGap({ endpointId, from, to }),
      onFatal,
      now,
    });
  }

  function endpointOf(endpointId: string): FollowedEndpoint {
    const configured = endpoints.get(endpointId);
    if (!configured) {
      const state = endpoints.isUnreadable(endpointId) ? 'held' : undefined;
      return { state, isOrdered: false, skipBeforeMs: undefined };
    }
    const { ordering, heldSkipBeforeMs } = configured.endpoint;
    return {
      state: stateOf(configured),
      isOrdered: ordering === 'publication',
      skipBeforeMs: heldSkipBeforeMs,
    };
  }

  /** Not where its record cannot be read: what is held for it waits. */
  function isDeleted(endpointId: string): boolean {
    return !endpoints.get(endpointId) && !endpoints.isUnreadable(endpointId);
  }

  function follow(partition: PartitionCatchUp, status: EndpointStatus): Follower {
    const follower = new Follower(status, taken);
    partition.followers.set(status.endpointId, follower);
    liftIfOver(status.endpointId);
    return follower;
  }

  /** What its owner wants may have changed: what was taken for it is looked at again. */
  function changed(endpointId: string, configured: ConfiguredEndpoint | undefined): void {
    const partition = partitionOf(endpointId);
    const follower = partition?.followers.get(endpointId);
    if (partition && follower) {
      follower.rewind();
      liftIfOver(endpointId);
      partition.turn(follower);
    } else if (partition && !configured) book.delete(endpointId);
  }

  /**
   * The partition is ours, and so is the word on it: an owner before us that had stalled may write its own late. Of
   * what it says about webhook.held we know better.
   */
  function insist(endpointId: string): void {
    const partition = partitionOf(endpointId);
    const known = book.get(endpointId);
    if (!partition || !known || suspended) return;
    const follower = partition.followers.get(endpointId);
    if (!follower && known.releasedTo === undefined) return;
    if (follower && known.releasedTo !== undefined && known.releasedTo <= follower.releasedTo) return;
    book.decide(follower ? cursorMoved(known, follower.cursor, now()) : caughtUp(known, now()));
    book.write(endpointId);
  }

  function liftIfOver(endpointId: string): void {
    const configured = endpoints.get(endpointId);
    const status = book.get(endpointId);
    if (!configured || status?.state !== 'held' || stateOf(configured) !== 'catching-up') return;
    book.decide(lifted(status, configured.revision, now()));
    book.write(endpointId);
  }

  function persistSoon(follower: Follower): void {
    const everyMs = PERSIST_EVERY_MS + countFollowers();
    const dueInMs = Math.min(everyMs, follower.persistedAtMs + everyMs - now());
    if (dueInMs <= 0) persistOne(follower);
    else persistTimer ??= setTimeout(persistAll, dueInMs);
  }

  function persistAll(): void {
    clearTimeout(persistTimer);
    persistTimer = undefined;
    for (const follower of followers()) if (follower.dirty) persistOne(follower);
  }

  function persistOne(follower: Follower): void {
    const known = book.get(follower.endpointId);
    if (!known) return;
    follower.dirty = false;
    follower.persistedAtMs = now();
    book.decide(cursorMoved(known, follower.cursor, now()));
    book.write(follower.endpointId);
  }

  async function refreshEnds(): Promise<void> {
    if (![...partitions.values()].some(({ catchUp }) => catchUp)) return;
    try {
      const bounds = await reader.bounds(TOPICS.held, stopped.signal);
      for (const [number, { catchUp }] of partitions) catchUp?.sawEnd(bounds.get(number)?.endOffset ?? 0);
    } catch (error) {
      if (isFatal(error)) unlessStopped(error as Error);
    }
  }

  function partitionOf(endpointId: string): PartitionCatchUp | undefined {
    return partitions.get(partitionForKey(endpointId, partitionCount))?.catchUp;
  }

  function followerOf(record: LaneRecord): { partition: PartitionCatchUp; follower: Follower } | undefined {
    if (!record.claim.isCurrent()) return undefined;
    const partition = partitions.get(record.partition)?.catchUp;
    const follower = partition?.followers.get(record.key?.toString() ?? '');
    return partition && follower && { partition, follower };
  }

  function followers(): Follower[] {
    return [...partitions.values()].flatMap(({ catchUp }) => [...(catchUp?.followers.values() ?? [])]);
  }

  function countFollowers(): number {
    let count = 0;
    for (const { catchUp } of partitions.values()) count += catchUp?.followers.size ?? 0;
    return count;
  }

  function unlessStopped(error: Error): void {
    if (!stopped.signal.aborted) onFatal(error);
  }
}
