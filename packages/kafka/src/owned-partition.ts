import type { FetchPosition } from './fetch-session.ts';
import type { OffsetRange } from './offset-tracker.ts';
import { OffsetTracker } from './offset-tracker.ts';
import type { Claim } from './record.ts';
import { Window } from './window.ts';

/** A partition for as long as it is ours without a break; it is the claim of its records. */
export class OwnedPartition implements Claim, FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly tracker: OffsetTracker;
  readonly window: Window;
  /** The offset of the next record that will be written, as far as we know. */
  endOffset: number;
  /** Something is complete that is not committed. */
  dirty = false;
  #current = true;

  constructor(options: {
    topic: string;
    partition: number;
    committed: number;
    completed: readonly OffsetRange[];
    endOffset: number;
    windowRecords: number;
    windowBytes: number;
  }) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.endOffset = options.endOffset;
    this.tracker = new OffsetTracker(options.committed, options.completed);
    this.window = new Window(options.windowRecords, options.windowBytes);
  }

  get position(): number {
    return this.tracker.position;
  }

  isCurrent(): boolean {
    return this.#current;
  }

  revoke(): void {
    this.#current = false;
  }
}

/** The partitions that are ours now. */
export class Assignment {
  readonly #byTopic = new Map<string, Map<number, OwnedPartition>>();
  #all: readonly OwnedPartition[] = [];

  get(topic: string, partition: number): OwnedPartition | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  add(owned: OwnedPartition): void {
    const ofTopic = this.#byTopic.get(owned.topic);
    if (ofTopic) ofTopic.set(owned.partition, owned);
    else this.#byTopic.set(owned.topic, new Map([[owned.partition, owned]]));
    this.#listAll();
  }

  /** From here on the records of `owned` are somebody else's. */
  revoke(owned: OwnedPartition): void {
    owned.revoke();
    this.#byTopic.get(owned.topic)?.delete(owned.partition);
    this.#listAll();
  }

  all(): readonly OwnedPartition[] {
    return this.#all;
  }

  #listAll(): void {
    this.#all = [...this.#byTopic.values()].flatMap((ofTopic) => [...ofTopic.values()]);
  }
}
