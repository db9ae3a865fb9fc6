import { TOPICS } from '@herald/contracts/topics';
import type { FetchedRecord } from '@herald/kafka/fetched-record';
import { ReceivedRecord } from '@herald/kafka/lane-record';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { Claim } from '@herald/kafka/record';
import { receiveDelivery } from '../delivery-lane/task.ts';
import { fateOf } from './fate.ts';
import type { Follower, HeldItem, TakenFate } from './follower.ts';

const LOOK_BYTES = 256 * 1024;

/** Looks for what is about to expire are in no hurry, nor are looks in vain. */
const IDLE_LOOK_MS = 100;

/** Ordered endpoints come back to webhook.held with their next event: so long it is kept in mind where they are. */
const ORDERED_LINGER_MS = 60_000;

/** A timer runs by another clock than due times do: look again at least this often. */
const MAX_TIMER_MS = 60_000;

/** What the catch-up has to know about an endpoint. `state` is undefined where it was deleted. */
export interface FollowedEndpoint {
  state: 'active' | 'catching-up' | 'held' | undefined;
  isOrdered: boolean;
  skipBeforeMs: number | undefined;
}

export interface PartitionCatchUpOptions {
  /** Of the partition of webhook.held. */
  claim: Claim;
  /** The end of the partition when it was claimed. */
  endOffset: number;
  reader: Pick<PartitionReader, 'read' | 'bounds'>;
  retentionMs: number | undefined;
  perSecond: number;
  endpointOf: (endpointId: string) => FollowedEndpoint;
  /** Whether an endpoint that has something in memory may take more. */
  mayTakeMore: () => boolean;
  release: (item: HeldItem) => void;
  /** Everything held for the endpoint is released. */
  finished: (follower: Follower) => void;
  /** Records were gone before they were looked at, `[from, to)`. */
  onGap: (endpointId: string, from: number, to: number) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

/**
 * The endpoints that have deliveries in one partition of webhook.held. One pass serves all of them: each look takes
 * for every endpoint what it has room for, and the next begins where the furthest behind of those with room is.
 */
export class PartitionCatchUp {
  readonly followers = new Map<string, Follower>();
  readonly #options: PartitionCatchUpOptions;
  readonly #closed = new AbortController();
  #endOffset: number;
  #suspended = false;
  #looking = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(options: PartitionCatchUpOptions) {
    this.#options = options;
    this.#endOffset = options.endOffset;
  }

  /** No record that is appended from now on is before it. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** The end as it was seen by somebody else. */
  sawEnd(endOffset: number): void {
    this.#endOffset = Math.max(this.#endOffset, endOffset);
  }

  suspend(): void {
    this.#suspended = true;
    this.#disarm();
  }

  resume(): void {
    this.#suspended = false;
    this.turnAll();
  }

  close(): void {
    this.#closed.abort();
    this.suspend();
  }

  turnAll(): void {
    for (const follower of this.followers.values()) this.#release(follower);
    void this.#lookOn();
  }

  /** Something has changed for the endpoint: releases what may be released, and looks for more. */
  turn(follower: Follower): void {
    this.#release(follower);
    if (follower.isIdle || this.#isHungry(follower, this.#options.now())) void this.#lookOn();
  }

  #release(follower: Follower): void {
    if (this.#suspended) return;
    const { endpointOf, perSecond, release, now } = this.#options;
    for (;;) {
      const { state, isOrdered } = endpointOf(follower.endpointId);
      const limits = { atOnce: isOrdered ? 1 : Number.POSITIVE_INFINITY, perSecond };
      const next = follower.release(limits, now());
      if ('atMs' in next) {
        this.#arm(next.atMs);
        return;
      }
      // What was taken to be delivered is not to be delivered any more: look at it again.
      if (next.kind === 'delivery' && next.fate.kind === 'deliver' && state === 'held') {
        follower.putBack(next, 0);
        follower.rewind();
        return;
      }
      release(next);
    }
  }

  async #lookOn(): Promise<void> {
    if (this.#looking || this.#suspended) return;
    this.#looking = true;
    try {
      while (!this.#suspended) {
        const nowMs = this.#options.now();
        const hungry = [...this.followers.values()].filter((one) => this.#isHungry(one, nowMs));
        const eager = hungry.filter((one) => this.#isEager(one));
        const first = eager.length > 0 ? eager : hungry;
        if (first.length > 0) {
          const from = first.reduce((least, { position }) => Math.min(least, position), Infinity);
          const found = await this.#look(from, hungry);
          if (eager.length === 0 || !found) {
            this.#arm(nowMs + IDLE_LOOK_MS);
            break;
          }
        } else if (!(await this.#finish(nowMs))) break;
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#options.onFatal(error as Error);
    } finally {
      this.#looking = false;
    }
  }

  #isHungry(follower: Follower, nowMs: number): boolean {
    if (!follower.isHungry || (follower.readyBytes > 0 && !this.#options.mayTakeMore())) return false;
    if (follower.waitUntilMs > nowMs) {
      this.#arm(follower.waitUntilMs);
      return false;
    }
    return follower.unseen || follower.position < this.#endOffset;
  }

  /** Not only to find what is about to expire. */
  #isEager({ endpointId }: Follower): boolean {
    const { state, skipBeforeMs } = this.#options.endpointOf(endpointId);
    return state !== 'held' || skipBeforeMs !== undefined;
  }

  /** False where nothing is there though the end is further on, as of a leader that is new to the partition. */
  async #look(from: number, hungry: readonly Follower[]): Promise<boolean> {
    const { claim, reader, onGap } = this.#options;
    for (const follower of hungry) follower.unseen = false;
    const at = { topic: TOPICS.held, partition: claim.partition, from, maxBytes: LOOK_BYTES };
    const read = await reader.read(at, this.#closed.signal);
    if (read.kind === 'expired') {
      for (const follower of hungry) {
        const { endpointId, position } = follower;
        if (position < read.lowOffset) onGap(endpointId, position, read.lowOffset);
        follower.skipTo(read.lowOffset);
      }
      return true;
    }
    const searching = new Map(
      hungry.filter((one) => !one.isRewinding && one.position >= from).map((one) => [one.endpointId, one]),
    );
    for (const record of read.records) {
      const follower = searching.get(record.key?.toString() ?? '');
      if (!follower || record.offsetNumber < follower.position) continue;
      if (!this.#take(follower, record)) searching.delete(follower.endpointId);
    }
    for (const follower of searching.values()) follower.skipTo(read.nextOffset);
    this.sawEnd(Math.max(read.endOffset, read.nextOffset));
    for (const follower of hungry) this.#release(follower);
    return read.nextOffset > from || from >= this.#endOffset;
  }

  /** False where the endpoint is to be looked at again from this record on. */
  #take(follower: Follower, fetched: FetchedRecord): boolean {
    const { claim, retentionMs, endpointOf, mayTakeMore, now } = this.#options;
    const { state, skipBeforeMs } = endpointOf(follower.endpointId);
    const facts = { heldAtMs: fetched.timestampMs, state, skipBeforeMs, retentionMs };
    const fate = fateOf({ ...facts, nowMs: now() });
    follower.skipTo(fetched.offsetNumber);
    if (fate.kind === 'wait') {
      follower.waitUntilMs = fate.untilMs;
      follower.expiresAtMs = fate.untilMs;
      this.#arm(fate.untilMs);
      const { offsetNumber: offset } = fetched;
      if (follower.isDueAgain(offset) && follower.wants(offset)) {
        follower.take(itemOf(new ReceivedRecord(claim, fetched), { kind: 'hold' }));
      }
      return false;
    }
    if (!follower.hasRoom || (follower.readyBytes > 0 && !mayTakeMore())) return false;
    if (follower.wants(fetched.offsetNumber)) follower.take(itemOf(new ReceivedRecord(claim, fetched), fate));
    return true;
  }

  /** Lets those go that are through. False when there is nothing left to be found out. */
  async #finish(nowMs: number): Promise<boolean> {
    const { claim, reader, endpointOf, finished } = this.#options;
    const idle = [...this.followers.values()].filter(
      (one) => one.isIdle && endpointOf(one.endpointId).state !== 'held',
    );
    const unverified = idle.filter(({ atEndSinceMs }) => atEndSinceMs === undefined);
    if (unverified.length > 0) {
      // A leader that is new may say of a fetch that less is written than is; of this it does not.
      const bounds = await reader.bounds(TOPICS.held, this.#closed.signal);
      this.sawEnd(bounds.get(claim.partition)?.endOffset ?? 0);
      for (const one of unverified) {
        if (one.isIdle && one.position >= this.#endOffset) one.atEndSinceMs = nowMs;
      }
    }
    for (const one of idle) {
      const { atEndSinceMs, endpointId } = one;
      if (!one.isIdle || atEndSinceMs === undefined) continue;
      const { state, isOrdered } = endpointOf(endpointId);
      const dueAtMs = atEndSinceMs + (isOrdered ? ORDERED_LINGER_MS : 0);
      if (state === 'held') continue;
      if (dueAtMs > nowMs) this.#arm(dueAtMs);
      else {
        this.followers.delete(endpointId);
        finished(one);
      }
    }
    return unverified.length > 0;
  }

  #arm(atMs: number): void {
    if (this.#suspended || atMs >= this.#timerAtMs) return;
    this.#disarm();
    const { now } = this.#options;
    this.#timerAtMs = Math.min(atMs, now() + MAX_TIMER_MS);
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Number.POSITIVE_INFINITY;
        this.turnAll();
      },
      Math.max(this.#timerAtMs - now(), 1),
    );
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }
}

function itemOf(record: ReceivedRecord, fate: TakenFate): HeldItem {
  const received = receiveDelivery(record);
  return received.kind === 'poison'
    ? { kind: 'poison', record, poison: received.poison }
    : { kind: 'delivery', record, task: received.task, fate };
}
