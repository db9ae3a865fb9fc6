import type { Admin, Consumer } from 'kafkajs';
import { Committer } from './committer.ts';
import { createKafka, type KafkaConnection } from './connection.ts';
import { createHookedConsumer, requireTopics, runConsumer } from './hooked-consumer.ts';
import { Intake } from './intake.ts';
import { isRefused } from './kafkajs-errors.ts';
import { Membership } from './membership.ts';
import { Assignment, OwnedPartition } from './owned-partition.ts';
import type { GroupHooks } from './patches.ts';
import { endsWithin, patiently } from './patience.ts';
import type { Claim, LaneRecord, TopicPartition } from './record.ts';
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
  /** What is owned now, with the claims that its records have. */
  claims(): Claim[];
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
  /**
   * A fetch waits for so many bytes, or for half a second; default 1. For a lane that nobody waits for, a fetch a
   * record costs it and the broker many times the record.
   */
  minBytes?: number;
  /**
   * Partition p of all topics always has one owner, and a rebalance moves little. With an instance id a restarted
   * process gets the partitions that it had; without one it is a new instance.
   */
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
  /** Default `performance.now`. */
  now?: () => number;
}

/** How often the ends of the partitions are asked for: those of paused ones and of hung brokers come with no fetch. */
const endOffsetsIntervalMs = 10_000;
/** How long a fetch waits for records. The first record ends the wait, so a long one costs nothing but a stop's haste. */
const openWaitMs = 500;
/** A partition that is paused now can be asked for again only by the next fetch. */
const closedWaitMs = 50;
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
  readonly #intake: Intake;
  readonly #stopping = new AbortController();
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #now: () => number;
  readonly #firstAssignment = Promise.withResolvers<void>();
  #state: 'starting' | 'running' | 'dead' | 'stopped' = 'starting';
  #stopped: Promise<void> | undefined;
  #lastProgressMs: number;
  #endOffsetsTimer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
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
    this.#intake = new Intake({
      assignment: this.#assignment,
      committer: this.#committer,
      membership: this.#membership,
      receive: (record) => options.handler.receive(record),
      onFatal: (error) => this.#fail(error),
    });
    const hooks: GroupHooks = {
      rejoin: (group, join) => this.#membership.rejoin(group, join),
      leaving: () => this.#membership.leave(),
      fetching: () => {
        this.#progress();
        const positions = this.#intake.wanted();
        const all = positions.length === this.#assignment.all().length;
        return { positions, maxWaitMs: all ? openWaitMs : closedWaitMs };
      },
      fetched: (parts) => {
        for (const part of parts) this.#intake.take(part);
      },
      outOfRange: (_, at) => this.#outOfRange(at),
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
      else
        this.#fail(new Error(`the consumer of ${groupId} has crashed: ${error.message}`, { cause: error }));
    });
    await runConsumer(this.#consumer);
    await this.#firstAssignment.promise;
    this.#endOffsetsTimer = setInterval(() => void this.#readEndOffsets(), endOffsetsIntervalMs);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopping.abort();
    clearInterval(this.#endOffsetsTimer);
    await this.#membership.drain();
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
    this.#progress();
  }

  pause(): void {
    this.#intake.hold(true);
  }

  resume(): void {
    this.#intake.hold(false);
  }

  lag(): PartitionLag[] {
    return this.#assignment.all().map(({ topic, partition, endOffset, tracker }) => {
      return { topic, partition, lagRecords: Math.max(0, endOffset - tracker.lowWater) };
    });
  }

  windows(): PartitionWindow[] {
    return this.#assignment.all().map((owned) => {
      const { topic, partition, window } = owned;
      const { records, bytes } = window;
      return { topic, partition, records, bytes, paused: this.#intake.pauses(owned) };
    });
  }

  assigned(): TopicPartition[] {
    return this.#assignment.all().map(({ topic, partition }) => ({ topic, partition }));
  }

  claims(): Claim[] {
    return [...this.#assignment.all()];
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

  async #restore(gained: readonly TopicPartition[]): Promise<OwnedPartition[]> {
    const { groupId, windowRecords, windowBytes } = this.#options;
    const resumptions = await patiently(
      () => readResumptions(this.#admin, groupId, gained),
      this.#stopping.signal,
      isRefused, // kafkajs' admin fails with a TypeError while it has no metadata
    );
    return resumptions.map((resumption) => {
      if (resumption.gap) this.#reportGap(resumption.gap);
      const owned = new OwnedPartition({ ...resumption, windowRecords, windowBytes });
      owned.tracker.skipTo(resumption.lowOffset);
      return owned;
    });
  }

  async #suspend(): Promise<void> {
    try {
      await this.#options.handler.suspend();
      await this.#options.flush?.();
    } catch (error) {
      this.#fail(new Error('the handler failed to suspend', { cause: error }));
    }
  }

  #resumed(lost: readonly TopicPartition[]): void {
    this.#progress();
    try {
      this.#options.handler.resume(lost);
    } catch (error) {
      this.#fail(new Error('the handler failed to resume', { cause: error }));
      return;
    }
    if (this.#state === 'starting') this.#state = 'running';
    this.#firstAssignment.resolve();
  }

  async #outOfRange({ topic, partition }: TopicPartition): Promise<void> {
    const bounds = (await readBounds(this.#admin, [topic])).get(topic)?.get(partition);
    const owned = this.#assignment.get(topic, partition);
    if (!owned || !bounds) return;
    const from = this.#intake.leap(owned, bounds);
    if (from !== undefined)
      this.#reportGap({ topic, partition, from, to: bounds.lowOffset, reason: 'expired' });
  }

  async #readEndOffsets(): Promise<void> {
    const topics = new Set(this.#assignment.all().map(({ topic }) => topic));
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
    this.#intake.close();
    this.#firstAssignment.reject(error);
    this.#options.onFatal(error);
  }
}
