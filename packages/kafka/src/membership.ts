import type { Committer } from './committer.ts';
import type { ConsumerGroup } from './kafkajs-internals.ts';
import type { Assignment, OwnedPartition } from './owned-partition.ts';
import { endsWithin, patiently } from './patience.ts';
import type { TopicPartition } from './record.ts';

export interface MembershipOptions {
  assignment: Assignment;
  committer: Committer;
  /** Ends what is in flight; see `LaneHandler.suspend`. */
  suspend: () => Promise<void>;
  /** The new assignment is in place; `lost` was ours before. Not called while stopping. */
  resumed: (lost: readonly TopicPartition[]) => void;
  /** Makes partitions ours that were not, from what is committed. */
  restore: (gained: readonly TopicPartition[]) => Promise<OwnedPartition[]>;
  /** The loop turns, though nothing comes of it yet. */
  progress: () => void;
  drainDeadlineMs: number;
  stopping: AbortSignal;
}

/** Left for the last commit, also when the drain has used up its time. */
const commitDeadlineMs = 2_000;

/**
 * Being a member of the group, which with kafkajs means the eager protocol: every rebalance takes everything away and
 * gives most of it back. Drain first, fence second: before it joins again, what is in flight ends and is committed;
 * afterwards what stayed goes on as if nothing had been, and only what is lost is revoked.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #group: ConsumerGroup | undefined;
  #memberId: string | null = null;
  #generationId = -1;
  #rejoining: Promise<void> | undefined;
  #draining: Promise<void> | undefined;
  #lost: OwnedPartition[] = [];
  #suspended = true;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** True from the beginning of a rebalance to its end, before the first assignment and after the last. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** Joins by `join`, again until it succeeds. Overlapping calls are one. */
  rejoin(group: ConsumerGroup, join: () => Promise<void>): Promise<void> {
    this.#rejoining ??= this.#rejoin(group, join).finally(() => {
      this.#rejoining = undefined;
    });
    return this.#rejoining;
  }

  /** Suspends, flushes and commits. Shared by a rebalance and a stop that come together. */
  drain(): Promise<void> {
    if (!this.#suspended) {
      this.#suspended = true;
      this.#draining = this.#drainOnce();
    }
    return this.#draining ?? Promise.resolve();
  }

  /** The membership ends with what is ours now. */
  async leave(): Promise<void> {
    await this.drain();
    this.#options.committer.hold();
    this.#revoke(this.#options.assignment.all());
  }

  async #rejoin(group: ConsumerGroup, join: () => Promise<void>): Promise<void> {
    const { committer, stopping, progress } = this.#options;
    // The coordinator has given our partitions away without us: what ends from here on is fenced.
    if (group !== this.#group || group.memberId === null) this.#revoke(this.#options.assignment.all());
    await this.drain();
    // About to leave: to join again would make the others wait for us twice.
    if (stopping.aborted) throw new Error(`${group.groupId} is not joined again: the lane stops`);
    committer.hold();
    await patiently(() => {
      progress();
      return join();
    }, stopping);
    if (!this.#stayedMember(group)) this.#revoke(this.#options.assignment.all());
    this.#group = group;
    this.#memberId = group.memberId;
    this.#generationId = group.generationId ?? -1;
    if (!stopping.aborted) await this.#takeUp(group);
  }

  /** When a generation came between, somebody else may have owned what is ours again. */
  #stayedMember(group: ConsumerGroup): boolean {
    const generationsOn = (group.generationId ?? -1) - this.#generationId;
    return (
      group === this.#group &&
      group.memberId === this.#memberId &&
      (generationsOn === 0 || generationsOn === 1)
    );
  }

  async #takeUp(group: ConsumerGroup): Promise<void> {
    const { assignment, committer, restore, resumed, stopping } = this.#options;
    const assigned = group.assigned().flatMap(({ topic, partitions }) => {
      return partitions.map((partition) => ({ topic, partition }));
    });
    const isAssigned = (owned: OwnedPartition) =>
      assigned.some(({ topic, partition }) => topic === owned.topic && partition === owned.partition);
    this.#revoke(assignment.all().filter((owned) => !isAssigned(owned)));
    const gained = assigned.filter(({ topic, partition }) => !assignment.get(topic, partition));
    for (const owned of await restore(gained)) assignment.add(owned);
    if (stopping.aborted) return;

    const lost = this.#lost;
    this.#lost = [];
    this.#draining = undefined;
    this.#suspended = false;
    committer.use(group.offsetManager!);
    resumed(lost.map(({ topic, partition }) => ({ topic, partition })));
  }

  async #drainOnce(): Promise<void> {
    const { suspend, committer, drainDeadlineMs } = this.#options;
    await endsWithin(suspend(), drainDeadlineMs);
    await endsWithin(committer.flush(), commitDeadlineMs);
  }

  #revoke(partitions: readonly OwnedPartition[]): void {
    for (const owned of partitions) this.#options.assignment.revoke(owned);
    this.#lost.push(...partitions);
  }
}
