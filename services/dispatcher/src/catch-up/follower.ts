import { decodeCompletions, encodeCompletions } from '@herald/kafka/completions';
import { OffsetTracker } from '@herald/kafka/offset-tracker';
import type { LaneRecord } from '@herald/kafka/record';
import type { EndpointStatus, Head } from '@herald/registry/endpoint-status';
import type { DeliveryTask } from '../delivery-lane/task.ts';
import type { Poison } from '../poison.ts';
import type { Fate } from './fate.ts';

/** Held deliveries of one endpoint in memory, taken and not complete. */
const WINDOW_RECORDS = 200;
const WINDOW_BYTES = 512 * 1024;

/** How far a release may be ahead of the set rate, milliseconds: what timers are late by. */
const BURST_MS = 50;

/** The longest that the delivery lane puts anything back for. */
export const MAX_PUT_BACK_MS = 5_000;

/** What becomes of a held delivery that is taken; `hold` is a head that waited for its retry, and now for its endpoint. */
export type TakenFate = Exclude<Fate, { kind: 'wait' }> | { kind: 'hold' };

/** A held record that was taken into memory, with what becomes of it. */
export type HeldItem = { record: LaneRecord } & (
  | { kind: 'delivery'; task: DeliveryTask; fate: TakenFate }
  | { kind: 'poison'; poison: Poison }
);

/** What all followers together have taken and not released. */
export interface Taken {
  bytes: number;
}

/** What is left to do about one endpoint in one partition of webhook.held. Pure state: it reads and writes nothing. */
export class Follower {
  readonly endpointId: string;
  readonly #taken: Taken;
  #tracker: OffsetTracker;
  #ready: HeldItem[] = [];
  #readyBytes = 0;
  #outstanding = 0;
  #rewinding = false;
  /** When the rate has room again. */
  #pacedMs = 0;
  /** What was put back is not asked for before. */
  #putBackMs = 0;
  #head: Head | undefined;
  /** Appends handed over and not acknowledged. */
  appends = 0;
  /** Something was appended that no look has been behind. */
  unseen = false;
  /** Everything up to the end is done, and the end was asked for after the last append. */
  atEndSinceMs: number | undefined;
  /** Nothing of it is to be looked for before this time. */
  waitUntilMs = 0;
  /** When the record that it waits at would be lost. */
  expiresAtMs: number | undefined;
  /** Released since the cursor was last decided. */
  dirty = false;
  persistedAtMs = 0;

  constructor(
    status: Pick<EndpointStatus, 'endpointId' | 'releasedTo' | 'releasedBeyond' | 'head'>,
    taken: Taken,
  ) {
    this.#taken = taken;
    const releasedTo = status.releasedTo ?? 0;
    this.endpointId = status.endpointId;
    this.#tracker = new OffsetTracker(
      releasedTo,
      decodeCompletions(releasedTo, status.releasedBeyond ?? null),
    );
    this.#head = status.head;
  }

  /** The next offset to look at. */
  get position(): number {
    return this.#tracker.position;
  }

  get hasRoom(): boolean {
    const records = this.#ready.length + this.#outstanding;
    return !this.#rewinding && records < WINDOW_RECORDS && this.#readyBytes < WINDOW_BYTES;
  }

  /** Room for a look to be worth it. */
  get isHungry(): boolean {
    const records = this.#ready.length + this.#outstanding;
    return !this.#rewinding && records <= WINDOW_RECORDS / 2 && this.#readyBytes <= WINDOW_BYTES / 2;
  }

  /** What it has taken is to be looked at again, once what is released has ended. */
  get isRewinding(): boolean {
    return this.#rewinding;
  }

  /** Nothing is taken, released or on its way into the partition. */
  get isIdle(): boolean {
    return this.#ready.length + this.#outstanding + this.appends === 0 && !this.unseen && !this.#rewinding;
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  /** Nothing before it is left. */
  get releasedTo(): number {
    return this.#tracker.lowWater;
  }

  /** What the status says of it. */
  get cursor(): Pick<EndpointStatus, 'releasedTo' | 'releasedBeyond' | 'head'> {
    const { lowWater, completed } = this.#tracker;
    return {
      releasedTo: lowWater,
      releasedBeyond: encodeCompletions(lowWater, completed) || undefined,
      head: this.#head,
    };
  }

  /** Whether it is the head, and on record as waiting for its next attempt. */
  isDueAgain(offset: number): boolean {
    return this.#head?.offset === offset && this.#head.dueAtMs > 0;
  }

  /** False where the record is released already. */
  wants(offset: number): boolean {
    return this.#tracker.receive(offset);
  }

  take(item: HeldItem): void {
    const head = this.#head;
    if (head && item.kind === 'delivery' && item.record.offset === head.offset) {
      const { step, attempts, dueAtMs } = head;
      item.task.delivery = { ...item.task.delivery, step, attempts, dueAtMs };
    }
    this.#ready.push(item);
    this.#count(item.record.bytes);
  }

  /** No record of the endpoint is before `offset`. */
  skipTo(offset: number): void {
    this.#tracker.skipTo(offset);
  }

  /** The next item to hand over, at most `atOnce` at a time and `perSecond` a second; or when to ask again. */
  release(limits: { atOnce: number; perSecond: number }, nowMs: number): HeldItem | { atMs: number } {
    const never = { atMs: Number.POSITIVE_INFINITY };
    const [next] = this.#ready;
    if (!next) return never;
    const isDelivery = next.kind === 'delivery' && next.fate.kind === 'deliver';
    if (isDelivery) {
      if (this.#outstanding >= limits.atOnce) return never;
      const turnMs = 1_000 / limits.perSecond;
      // A clock that was set back costs no more than a turn, or than anything is put back for.
      this.#putBackMs = Math.min(this.#putBackMs, nowMs + MAX_PUT_BACK_MS);
      this.#pacedMs = Math.min(this.#pacedMs, nowMs + turnMs);
      const atMs = Math.max(this.#pacedMs, this.#putBackMs, next.task.delivery.dueAtMs);
      if (atMs > nowMs) return { atMs };
      this.#pacedMs = Math.max(this.#pacedMs, nowMs - BURST_MS) + turnMs;
    }
    this.#ready.shift();
    this.#count(-next.record.bytes);
    this.#outstanding += 1;
    return next;
  }

  /** Everything that the record caused is acknowledged. */
  complete(offset: number): void {
    this.#outstanding -= 1;
    this.#tracker.complete(offset);
    if (this.#head?.offset === offset) this.#head = undefined;
    this.dirty = true;
    this.#settleRewind();
  }

  /** Not attempted: it is the next again, not before `untilMs`. */
  putBack(item: HeldItem, untilMs: number): void {
    this.#outstanding -= 1;
    if (this.#rewinding) {
      this.#settleRewind();
      return;
    }
    this.#ready.unshift(item);
    this.#count(item.record.bytes);
    this.#putBackMs = Math.max(this.#putBackMs, untilMs);
  }

  /** Attempted in vain: it keeps its place, and those behind it wait. */
  keep(head: Head): void {
    this.#head = head;
    this.#outstanding -= 1;
    this.dirty = true;
    this.rewind();
  }

  /** Forgets what was taken and not released: it is looked at again, for what is wanted of it has changed. */
  rewind(): void {
    this.#ready = [];
    this.#count(-this.#readyBytes);
    this.waitUntilMs = 0;
    this.expiresAtMs = undefined;
    this.atEndSinceMs = undefined;
    this.#rewinding = true;
    this.#settleRewind();
  }

  #count(bytes: number): void {
    this.#readyBytes += bytes;
    this.#taken.bytes += bytes;
  }

  /** What is released and not complete must end first: its completion counts. */
  #settleRewind(): void {
    if (!this.#rewinding || this.#outstanding > 0) return;
    this.#rewinding = false;
    const { lowWater, completed } = this.#tracker;
    this.#tracker = new OffsetTracker(lowWater, completed);
  }
}
