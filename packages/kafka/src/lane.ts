import type { Admin, Consumer } from 'kafkajs';
import { Committer } from './committer.ts';
import { createKafka, type KafkaConnection } from './connection.ts';
import { createHookedConsumer, requireTopics } from './hooked-consumer.ts';
import type { Batch, ConsumerGroup } from './kafkajs-internals.ts';
import { ReceivedRecord } from './lane-record.ts';
import { Membership } from './membership.ts';
import { Assignment, OwnedPartition } from './owned-partition.ts';
import type { GroupHooks } from './patches.ts';
import { endsWithin, patiently } from './patience.ts';
import type { LaneRecord, TopicPartition } from './record.ts';
import { type Gap, readBounds, readResumptions } from './restore.ts';

export interface LaneHandler {
  /** Called once for every record of an owned partition that is not complete, in offset order; must return at once. */
  receive(record: LaneRecord): void;
  /**
   * A rebalance or a stop begins: start nothing new. Resolves when nothing is in flight and everything disposed
   * of is acknowledged. The lane waits at most `drainDeadlineMs`.
   */
  suspend(): Promise<void>;
  /**
   * The rebalance is over. Forget the un-started records of `lost` partitions (their claim is not current any
   * more); records of partitions that stayed are still yours and are not delivered again. A partition that was
   * somebody else's meanwhile is lost and delivered again under a new claim.
   */
  resume(lost: readonly TopicPartition[]): void;
}

export interface PartitionLag extends TopicPartition {
  /** Records between the low-water mark and the end of the partition. */
  lagRecords: number;
}

export interface PartitionWindow extends TopicPartition {
  records: number;
  bytes: number;
  paused: boolean;
}

export interface Lane {
  /** Everything the record caused is acknowledged. Late calls for revoked claims are ignored. */
  complete(record: LaneRecord): void;
  /** Joins the group; resolves when the first assignment is restored and records flow. */
  start(): Promise<void>;
  /** Pauses, suspends the handler, flushes, commits and leaves the group. */
  stop(): Promise<void>;
  /** Whole-lane back-pressure. */
  pause(): void;
  resume(): void;
  lag(): PartitionLag[];
  windows(): PartitionWindow[];
  assigned(): TopicPartition[];
  /** When a fetch was last sent, an offset completed or a rebalance tried. */
  readonly lastProgressMs: number;
  /** False before the first assignment, after a fatal error and when the loop has stood still for too long. */
  healthy(): boolean;
}

export interface LaneOptions {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
  handler: LaneHandler;
  /** Received and not complete, a partition: fetching pauses at the full window and resumes at half of it. */
  windowRecords: number;
  windowBytes: number;
  /** How long a fetch waits for records; a resumed partition waits as long. */
  maxWaitTimeMs: number;
  /** Gives partition p of all topics to one member and moves little in a rebalance; else kafkajs' round robin. */
  assigner?: { coPartitioned: true; instanceId: string };
  /** Acknowledges what the handler has handed over; awaited before the last commit of a rebalance or stop. */
  flush?: () => Promise<void>;
  /** Default 10,000. */
  drainDeadlineMs?: number;
  /** Default 45,000. */
  sessionTimeoutMs?: number;
  /** Default 60,000. */
  rebalanceTimeoutMs?: number;
  /** The lane is dead and must be restarted with the process: log it and exit. Called once. */
  onFatal: (error: Error) => void;
  /** Records expired before they were received, or the topic is not the one that was committed for. */
  onGap?: (gap: Gap) => void;
  /** Default `Date.now`. */
  now?: () => number;
}

/** How often the end of paused partitions is asked for, whose fetches do not say it. */
const endOffsetsIntervalMs = 10_000;
/** kafkajs waits for requests under way when it disconnects; a broker that hangs would hold up the exit. */
const disconnectDeadlineMs = 15_000;

/**
 * A consume loop. It hands over every record of its partitions in order, bounded by a window a partition, and moves
 * the offsets by what is completed, in whatever order that is. What was completed is not handed over again, neither
 * after a rebalance nor after a restart.
 */
export function createLane(options: LaneOptions): Lane {
  return new KafkaLane(options);
}

class KafkaLane implements Lane {
  readonly #options: LaneOptions;
  readonly #assignment = new Assignment();
  readonly #committer = new Committer(this.#assignment);
  readonly #membership: Membership;
  readonly #stopping = new AbortController();
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #now: () => number;
  readonly #firstAssignment = Promise.withResolvers<void>();
  #state: 'starting' | 'running' | 'dead' | 'stopped' = 'starting';
  #held = false;
  #lastProgressMs: number;
  #endOffsetsTimer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#lastProgressMs = this.#now();
    this.#admin = createKafka(options.connection).admin();
    this.#membership = new Membership({
      assignment: this.#assignment,
      committer: this.#committer,
      suspend: () => this.#suspend(),
      resumed: (lost) => this.#resumed(lost),
      restore: (gained) => this.#restore(gained),
      progress: () => this.#progress(),
      drainDeadlineMs: options.drainDeadlineMs ?? 10_000,
      stopping: this.#stopping.signal,
    });
    const hooks: GroupHooks = {
      rejoin: (group, join) => this.#membership.rejoin(group, join),
      leaving: () => this.#membership.leave(),
      fetching: () => this.#progress(),
      fetched: (batch) => this.#fetched(batch),
      outOfRange: (group, at) => this.#outOfRange(group, at),
    };
    this.#consumer = createHookedConsumer(options, hooks, () => this.#state === 'stopped');
    this.#firstAssignment.promise.catch(() => {});
  }

  async start(): Promise<void> {
    const { groupId, topics } = this.#options;
    const { signal } = this.#stopping;
    await patiently(() => this.#admin.connect(), signal);
    await patiently(() => this.#consumer.connect(), signal);
    await requireTopics(this.#admin, topics, signal);
    await patiently(() => this.#consumer.subscribe({ topics: [...topics], fromBeginning: true }), signal);
    this.#consumer.on(this.#consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart) this.#progress();
      else if (this.#state !== 'stopped')
        this.#fail(new Error(`${groupId}: ${error.message}`, { cause: error }));
    });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset }) => this.#receive(batch as unknown as Batch, resolveOffset),
    });
    await this.#firstAssignment.promise;
    this.#endOffsetsTimer = setInterval(() => void this.#readEndOffsets(), endOffsetsIntervalMs);
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    clearInterval(this.#endOffsetsTimer);
    await this.#membership.drain();
    this.#stopping.abort();
    this.#firstAssignment.reject(new Error('the lane was stopped'));
    await endsWithin(this.#consumer.disconnect(), disconnectDeadlineMs);
    this.#committer.hold();
    await endsWithin(this.#admin.disconnect(), disconnectDeadlineMs);
  }

  complete(record: LaneRecord): void {
    const owned = record.claim as OwnedPartition;
    if (!owned.isCurrent() || !owned.tracker.complete(record.offset)) return;
    owned.window.release(record.bytes);
    this.#committer.completed(owned);
    this.#steer(owned);
    this.#progress();
  }

  pause(): void {
    this.#held = true;
    for (const owned of this.#assignment.all()) this.#steer(owned);
  }

  resume(): void {
    this.#held = false;
    for (const owned of this.#assignment.all()) this.#steer(owned);
  }

  lag(): PartitionLag[] {
    return this.#assignment.all().map(({ topic, partition, endOffset, tracker }) => {
      return { topic, partition, lagRecords: Math.max(0, endOffset - tracker.lowWater) };
    });
  }

  windows(): PartitionWindow[] {
    return this.#assignment.all().map(({ topic, partition, window, paused }) => {
      return { topic, partition, records: window.records, bytes: window.bytes, paused };
    });
  }

  assigned(): TopicPartition[] {
    return this.#assignment.all().map(({ topic, partition }) => ({ topic, partition }));
  }

  get lastProgressMs(): number {
    return this.#lastProgressMs;
  }

  healthy(): boolean {
    if (this.#state === 'stopped') return true;
    // The longest that the loop may rightly stand still is a rebalance in which others drain.
    const standstillMs = 30_000 + (this.#options.rebalanceTimeoutMs ?? 60_000);
    return this.#state === 'running' && this.#now() - this.#lastProgressMs < standstillMs;
  }

  /** Takes over what the window has room for and moves kafkajs' position exactly as far. Nothing here waits. */
  #receive(batch: Batch, resolveOffset: (offset: string) => void): void {
    const owned = this.#assignment.get(batch.topic, batch.partition);
    if (!owned || this.#membership.suspended || this.#state === 'dead') return;
    const { tracker, window } = owned;
    if (Number(batch.fetchedOffset) > tracker.position) {
      this.#seekToPosition(owned);
      return;
    }
    for (const fetched of batch.messages) {
      if (!window.hasRoom) {
        if (tracker.position > Number(batch.fetchedOffset)) resolveOffset(String(tracker.position - 1));
        this.#steer(owned);
        return;
      }
      if (!tracker.receive(fetched.offsetNumber)) continue;
      const record = new ReceivedRecord(owned, fetched);
      window.add(record.bytes);
      try {
        this.#options.handler.receive(record);
      } catch (error) {
        this.#fail(new Error(`the handler failed at ${describe(record)}`, { cause: error }));
        return;
      }
    }
    tracker.skipTo(Number(batch.lastOffset()) + 1);
    resolveOffset(batch.lastOffset());
    this.#steer(owned);
  }

  #fetched(batch: Batch): void {
    const owned = this.#assignment.get(batch.topic, batch.partition);
    if (!owned || this.#membership.suspended) return;
    owned.endOffset = Number(batch.highWatermark);
    // Only markers and holes: kafkajs moves on behind them without telling eachBatch.
    if (batch.isEmptyDueToFiltering() && Number(batch.fetchedOffset) <= owned.tracker.position) {
      owned.tracker.skipTo(Number(batch.lastOffset()) + 1);
      this.#committer.completed(owned);
    }
  }

  async #restore(gained: readonly TopicPartition[]): Promise<OwnedPartition[]> {
    const { groupId, windowRecords, windowBytes } = this.#options;
    const resumptions = await patiently(
      () => readResumptions(this.#admin, groupId, gained),
      this.#stopping.signal,
    );
    return resumptions.map((resumption) => {
      if (resumption.gap) this.#reportGap(resumption.gap);
      const owned = new OwnedPartition({ ...resumption, windowRecords, windowBytes });
      owned.tracker.skipTo(resumption.lowOffset);
      return owned;
    });
  }

  async #suspend(): Promise<void> {
    for (const owned of this.#assignment.all()) this.#steer(owned);
    try {
      await this.#options.handler.suspend();
      await this.#options.flush?.();
    } catch (error) {
      this.#fail(new Error('the handler failed to suspend', { cause: error }));
    }
  }

  #resumed(lost: readonly TopicPartition[]): void {
    this.#progress();
    // Whether a partition is paused survives in kafkajs from the last time it was ours: say it for each.
    for (const owned of this.#assignment.all()) this.#tellPaused(owned, this.#shouldPause(owned));
    try {
      this.#options.handler.resume(lost);
    } catch (error) {
      this.#fail(new Error('the handler failed to resume', { cause: error }));
      return;
    }
    if (this.#state === 'starting') this.#state = 'running';
    this.#firstAssignment.resolve();
  }

  async #outOfRange(group: ConsumerGroup, { topic, partition }: TopicPartition): Promise<void> {
    const owned = this.#assignment.get(topic, partition);
    const bounds = await readBounds(this.#admin, [topic]);
    const log = bounds.get(topic)?.get(partition);
    if (!owned || !log || this.#membership.group !== group) return;
    const { position } = owned.tracker;
    if (position > log.endOffset) {
      // The records in flight are another log's. A restart begins at the start of this one.
      this.#fail(
        new Error(`${topic}:${partition} ends at ${log.endOffset}, before ${position}: it was replaced`),
      );
      return;
    }
    if (position < log.lowOffset) {
      this.#reportGap({ topic, partition, from: position, to: log.lowOffset, reason: 'expired' });
      owned.tracker.skipTo(log.lowOffset);
      this.#committer.completed(owned);
    }
    this.#seekToPosition(owned);
  }

  #seekToPosition({ topic, partition, tracker }: OwnedPartition): void {
    this.#membership.group?.seek({ topic, partition, offset: String(tracker.position) });
  }

  #shouldPause({ window }: OwnedPartition): boolean {
    return this.#held || this.#membership.suspended || this.#state === 'dead' || window.closed;
  }

  #steer(owned: OwnedPartition): void {
    const paused = this.#shouldPause(owned);
    if (paused !== owned.paused) this.#tellPaused(owned, paused);
  }

  /** Always one partition by name: to pause a whole topic and then one of its partitions resumes the others. */
  #tellPaused(owned: OwnedPartition, paused: boolean): void {
    owned.paused = paused;
    const { topic, partition } = owned;
    const state = this.#membership.group?.subscriptionState;
    if (paused) state?.pause([{ topic, partitions: [partition] }]);
    else state?.resume([{ topic, partitions: [partition] }]);
  }

  async #readEndOffsets(): Promise<void> {
    const topics = new Set(this.#assignment.all().flatMap(({ topic, paused }) => (paused ? [topic] : [])));
    try {
      for (const [topic, partitions] of await readBounds(this.#admin, [...topics])) {
        for (const [partition, { endOffset }] of partitions) {
          const owned = this.#assignment.get(topic, partition);
          if (owned) owned.endOffset = Math.max(owned.endOffset, endOffset);
        }
      }
    } catch {
      // The lag stays as it was last known; that the brokers are away shows elsewhere.
    }
  }

  #reportGap(gap: Gap): void {
    const { connection, onGap } = this.#options;
    connection.logger?.log('error', 'records are gone that were never received', { ...gap });
    onGap?.(gap);
  }

  #progress(): void {
    this.#lastProgressMs = this.#now();
  }

  #fail(error: Error): void {
    if (this.#state === 'dead' || this.#state === 'stopped') return;
    this.#state = 'dead';
    for (const owned of this.#assignment.all()) this.#steer(owned);
    this.#firstAssignment.reject(error);
    this.#options.onFatal(error);
  }
}

function describe({ topic, partition, offset }: LaneRecord): string {
  return `${topic}:${partition}:${offset}`;
}
