import { encodeCompletions } from './completions.ts';
import type { OffsetCommit, OffsetManager } from './kafkajs-internals.ts';
import type { Assignment, OwnedPartition } from './owned-partition.ts';

/** A crash sends again at most what was in flight and what was completed in this time and that of a commit. */
const commitIntervalMs = 75;
/** After a commit that failed. */
const backoffMs = 500;

/**
 * Commits what is complete of the partitions that are ours: one commit in flight, at most about 100 ms after the
 * completion. A commit carries the generation that it belongs to, so the broker refuses one that comes too late, and
 * what is no longer ours is left out. A commit that fails is made good by the next.
 */
export class Committer {
  readonly #assignment: Assignment;
  #offsets: OffsetManager | undefined;
  #inFlight: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** By a clock that nobody sets: with that of the wall, one set back by an hour put commits off by an hour. */
  #lastCommitMs = Number.NEGATIVE_INFINITY;

  constructor(assignment: Assignment) {
    this.#assignment = assignment;
  }

  /** A new generation of the group has begun; commit as a member of it. */
  use(offsets: OffsetManager): void {
    this.#offsets = offsets;
    this.#schedule(commitIntervalMs);
  }

  /** The membership is not certain: commit nothing until `use`. */
  hold(): void {
    this.#offsets = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something of `owned` was completed. */
  completed(owned: OwnedPartition): void {
    owned.dirty = true;
    if (!this.#timer && !this.#inFlight) this.#schedule(commitIntervalMs);
  }

  /** Commits everything that is complete now; false when that was not possible. Never rejects. */
  async flush(): Promise<boolean> {
    await this.#inFlight;
    return this.#commit();
  }

  #schedule(intervalMs: number): void {
    if (!this.#offsets || this.#timer || !this.#assignment.all().some(({ dirty }) => dirty)) return;
    const waitMs = Math.max(0, this.#lastCommitMs + intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#commit();
    }, waitMs);
  }

  #commit(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#inFlight ??= this.#commitOnce().then((committed) => {
      this.#inFlight = undefined;
      this.#schedule(committed ? commitIntervalMs : backoffMs);
      return committed;
    });
    return this.#inFlight;
  }

  async #commitOnce(): Promise<boolean> {
    const dirty = this.#assignment.all().filter((owned) => owned.dirty);
    if (dirty.length === 0) return true;
    if (!this.#offsets) return false;
    for (const owned of dirty) owned.dirty = false;
    this.#lastCommitMs = performance.now();
    try {
      await this.#offsets.commitOffsets(commitOf(dirty));
      return true;
    } catch {
      for (const owned of dirty) owned.dirty = true;
      return false;
    }
  }
}

/** A low-water mark never falls, so no commit is below the one before. */
function commitOf(partitions: readonly OwnedPartition[]): OffsetCommit {
  const byTopic = new Map<string, OffsetCommit['topics'][number]['partitions']>();
  for (const { topic, partition, tracker } of partitions) {
    const { lowWater, completed } = tracker;
    const entry = { partition, offset: String(lowWater), metadata: encodeCompletions(lowWater, completed) };
    const ofTopic = byTopic.get(topic);
    if (ofTopic) ofTopic.push(entry);
    else byTopic.set(topic, [entry]);
  }
  return { topics: [...byTopic].map(([topic, entries]) => ({ topic, partitions: entries })) };
}
