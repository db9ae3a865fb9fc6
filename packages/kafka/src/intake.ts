import type { Committer } from './committer.ts';
import type { Batch } from './kafkajs-internals.ts';
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
 * Takes records over from fetches, as many as the windows have room for, and tells kafkajs what to fetch next. What
 * each partition has received is known here and nowhere else: kafkajs' own position is set from it.
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
    this.steerAll();
  }

  /** Nothing more is received, ever. */
  close(): void {
    this.#closed = true;
    this.steerAll();
  }

  /** Some partition is not asked for at present. */
  get pausing(): boolean {
    return this.#options.assignment.all().some(({ paused }) => paused);
  }

  /** Takes over a batch and moves kafkajs' position exactly as far. Nothing here waits. */
  take(batch: Batch, resolveOffset: (offset: string) => void): void {
    const owned = this.#options.assignment.get(batch.topic, batch.partition);
    if (!owned || this.#options.membership.suspended || this.#closed) return;
    const { tracker } = owned;
    const fetchedOffset = Number(batch.fetchedOffset);
    if (fetchedOffset > tracker.position) {
      this.seekToPosition(owned);
      return;
    }
    const whole = this.#takeRecords(batch, owned);
    if (whole) {
      tracker.skipTo(Number(batch.lastOffset()) + 1);
      resolveOffset(batch.lastOffset());
    } else if (tracker.position > fetchedOffset) {
      resolveOffset(String(tracker.position - 1));
    }
    this.steer(owned);
  }

  /** Learns from a fetched batch what `take` is not told: kafkajs moves on by itself behind markers and holes. */
  note(batch: Batch): void {
    const { assignment, membership, committer } = this.#options;
    const owned = assignment.get(batch.topic, batch.partition);
    if (!owned || membership.suspended) return;
    owned.endOffset = Number(batch.highWatermark);
    if (batch.isEmptyDueToFiltering() && Number(batch.fetchedOffset) <= owned.tracker.position) {
      owned.tracker.skipTo(Number(batch.lastOffset()) + 1);
      committer.completed(owned);
    }
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
    this.seekToPosition(owned);
    return position < lowOffset ? position : undefined;
  }

  seekToPosition({ topic, partition, tracker }: OwnedPartition): void {
    this.#options.membership.group?.seek({ topic, partition, offset: String(tracker.position) });
  }

  /** Tells kafkajs when a partition's window has closed or opened. */
  steer(owned: OwnedPartition): void {
    const paused = this.#shouldPause(owned);
    if (paused !== owned.paused) this.#tellPaused(owned, paused);
  }

  steerAll(): void {
    for (const owned of this.#options.assignment.all()) this.steer(owned);
  }

  /** In kafkajs it survives from the last time a partition was ours whether it is paused: says it for each. */
  tellAll(): void {
    for (const owned of this.#options.assignment.all()) this.#tellPaused(owned, this.#shouldPause(owned));
  }

  /** False when the window was full before the end of the batch. */
  #takeRecords(batch: Batch, owned: OwnedPartition): boolean {
    const { tracker, window } = owned;
    for (const fetched of batch.messages) {
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

  #shouldPause({ window }: OwnedPartition): boolean {
    return this.#held || this.#closed || this.#options.membership.suspended || window.closed;
  }

  /** Always one partition by name: to pause a whole topic and then one of its partitions resumes the others. */
  #tellPaused(owned: OwnedPartition, paused: boolean): void {
    owned.paused = paused;
    const { topic, partition } = owned;
    const state = this.#options.membership.group?.subscriptionState;
    if (paused) state?.pause([{ topic, partitions: [partition] }]);
    else state?.resume([{ topic, partitions: [partition] }]);
  }
}
