import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Committer } from './committer.ts';
import { decodeCompletions } from './completions.ts';
import type { OffsetCommit, OffsetManager } from './kafkajs-internals.ts';
import { Assignment, OwnedPartition } from './owned-partition.ts';

/** A coordinator that answers when it is told to. */
class Coordinator {
  readonly commits: { partition: number; offset: number; metadata: string }[][] = [];
  #answer: PromiseWithResolvers<void> | undefined;

  readonly offsets = {
    commitOffsets: ({ topics }: OffsetCommit) => {
      this.commits.push(
        topics.flatMap((topic) => topic.partitions.map((p) => ({ ...p, offset: Number(p.offset) }))),
      );
      this.#answer = Promise.withResolvers<void>();
      return this.#answer.promise;
    },
  } as unknown as OffsetManager;

  async answer(error?: Error): Promise<void> {
    if (error) this.#answer!.reject(error);
    else this.#answer!.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }
}

function own(assignment: Assignment, partition: number): OwnedPartition {
  const bounds = { committed: 0, completed: [], endOffset: 0, windowRecords: 100, windowBytes: 1_000 };
  const owned = new OwnedPartition({ topic: 't', partition, ...bounds });
  for (let offset = 0; offset < 100; offset++) owned.tracker.receive(offset);
  assignment.add(owned);
  return owned;
}

describe('committer', () => {
  const assignment = new Assignment();
  let coordinator: Coordinator;
  let committer: Committer;

  const complete = (owned: OwnedPartition, ...offsets: number[]) => {
    for (const offset of offsets) owned.tracker.complete(offset);
    committer.completed(owned);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    for (const owned of assignment.all()) assignment.revoke(owned);
    coordinator = new Coordinator();
    committer = new Committer(assignment);
    committer.use(coordinator.offsets);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('commits the low-water mark with what is complete beyond it, within 100 ms of the completion', async () => {
    const owned = own(assignment, 3);
    complete(owned, 0, 1, 5);
    await vi.advanceTimersByTimeAsync(100);
    expect(coordinator.commits).toMatchObject([[{ partition: 3, offset: 2 }]]);
    expect(decodeCompletions(2, coordinator.commits[0]![0]!.metadata)).toEqual([{ start: 5, end: 6 }]);
  });

  test('has one commit in flight: what is completed meanwhile goes with the next', async () => {
    const owned = own(assignment, 0);
    complete(owned, 0);
    await vi.advanceTimersByTimeAsync(100);
    complete(owned, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(coordinator.commits).toHaveLength(1);
    await coordinator.answer();
    expect(coordinator.commits.map(([one]) => one!.offset)).toEqual([1, 2]);
  });

  test('commits within 100 ms under load, and nothing when nothing was completed', async () => {
    const owned = own(assignment, 0);
    for (let offset = 0; offset < 50; offset++) {
      complete(owned, offset);
      await vi.advanceTimersByTimeAsync(10);
      if (coordinator.commits.length > 0) await coordinator.answer();
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(coordinator.commits.length).toBeGreaterThanOrEqual(5);
    expect(coordinator.commits.length).toBeLessThanOrEqual(8);
    expect(coordinator.commits.at(-1)![0]!.offset).toBe(50);
  });

  test('a clock that is set back puts no commit off', async () => {
    const owned = own(assignment, 0);
    complete(owned, 0);
    await vi.advanceTimersByTimeAsync(100);
    await coordinator.answer();
    vi.setSystemTime(Date.now() - 60_000);
    complete(owned, 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(coordinator.commits.map(([one]) => one!.offset)).toEqual([1, 2]);
  });

  test('leaves out a partition that is not ours any more', async () => {
    const [kept, lost] = [own(assignment, 0), own(assignment, 1)];
    complete(kept, 0);
    complete(lost, 0);
    assignment.revoke(lost);
    await vi.advanceTimersByTimeAsync(100);
    expect(coordinator.commits).toMatchObject([[{ partition: 0, offset: 1 }]]);
  });

  test('makes a failed commit good with the next', async () => {
    const owned = own(assignment, 0);
    complete(owned, 0);
    await vi.advanceTimersByTimeAsync(100);
    await coordinator.answer(new Error('the coordinator is loading'));
    await vi.advanceTimersByTimeAsync(500);
    expect(coordinator.commits.map(([one]) => one!.offset)).toEqual([1, 1]);
  });

  test('commits nothing while the membership is not certain, and everything as a member of the next generation', async () => {
    const owned = own(assignment, 0);
    committer.hold();
    complete(owned, 0, 1, 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await committer.flush()).toBe(false);
    expect(coordinator.commits).toEqual([]);
    const next = new Coordinator();
    committer.use(next.offsets);
    await vi.advanceTimersByTimeAsync(100);
    expect(next.commits).toMatchObject([[{ offset: 3 }]]);
  });

  test('a flush commits at once, after the commit in flight', async () => {
    const owned = own(assignment, 0);
    complete(owned, 0);
    await vi.advanceTimersByTimeAsync(100);
    complete(owned, 1);
    const flushed = committer.flush();
    await coordinator.answer();
    await coordinator.answer();
    expect(await flushed).toBe(true);
    expect(coordinator.commits.map(([one]) => one!.offset)).toEqual([1, 2]);
  });
});
