import type { Committer } from './committer.ts';
import type { FetchedPart } from './fetched-part.ts';
import { ReceivedRecord } from './lane-record.ts';
import type { Membership } from './membership.ts';
import type { Assignment, OwnedPartition } from './owned-partition.ts';
import type { LaneRecord } from './record.ts';
import type { LogBounds } from './restore.ts';

export interface IntakeOptions {
  assignment: Assignment;
  committer: Committer;
  membership: Membership;
  receive: (record: LaneRecord) => void;
  onFatal: (error: Error) => void;
}

/**
 * Says what to fetch next and takes records over from fetches, as many as the windows have room for. What each partition
 * has received is known here and nowhere else.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #held = false;
  #closed = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Fetch nothing, or go on. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** Nothing more is received, ever. */
  close(): void {
    this.#closed = true;
  }

  /** What to fetch now. */
  wanted(): readonly OwnedPartition[] {
    const all = this.#options.assignment.all();
    return all.some((owned) => this.pauses(owned)) ? all.filter((owned) => !this.pauses(owned)) : all;
  }

  /** It is not to be fetched at present. */
  pauses({ window }: OwnedPartition): boolean {
    return this.#held || this.#closed || this.#options.membership.suspended || window.closed;
  }

  /** Takes over what a fetch brought, unless it is wanted no more. Nothing here waits. */
  take(part: FetchedPart): void {
    const { assignment, committer } = this.#options;
    const owned = assignment.get(part.topic, part.partition);
    if (!owned) return;
    owned.endOffset = part.endOffset;
    const { tracker } = owned;
    if (this.pauses(owned) || part.from > tracker.position) return;
    if (!this.#takeRecords(part, owned)) return;
    const { lowWater } = tracker;
    tracker.skipTo(part.nextOffset);
    if (tracker.lowWater > lowWater) committer.completed(owned);
  }

  /**
   * The position is not in the log. Goes on where the log begins and returns where it was, when records expired
   * before they were received. Fatal when the log is a new one: what is in flight is of another.
   */
  leap(owned: OwnedPartition, { lowOffset, endOffset }: LogBounds): number | undefined {
    const { tracker, topic, partition } = owned;
    const { position } = tracker;
    if (position > endOffset) {
      this.#options.onFatal(new Error(`${topic}:${partition} ends at ${endOffset}, before ${position}`));
      return undefined;
    }
    tracker.skipTo(lowOffset);
    this.#options.committer.completed(owned);
    return position < lowOffset ? position : undefined;
  }

  /** False when the window was full before the end of them. */
  #takeRecords({ records }: FetchedPart, owned: OwnedPartition): boolean {
    const { tracker, window } = owned;
    for (const fetched of records) {
      if (!window.hasRoom) return false;
      if (!tracker.receive(fetched.offsetNumber)) continue;
      const record = new ReceivedRecord(owned, fetched);
      window.add(record.bytes);
      try {
        this.#options.receive(record);
      } catch (error) {
        const { topic, partition, offset } = record;
        this.#options.onFatal(
          new Error(`the handler failed at ${topic}:${partition}:${offset}`, { cause: error }),
        );
        return false;
      }
    }
    return true;
  }
}
