import { setTimeout as delay } from 'node:timers/promises';
import { type PartitionError, partitionError, sendFetch } from './fetch.ts';
import type { FetchResponse } from './fetch-response.ts';
import { type FetchAsk, type FetchPosition, FetchSession } from './fetch-session.ts';
import { type FetchedPart, fetchedPart } from './fetched-part.ts';
import { type ConsumerGroup, createErrorFromCode, type Metadata } from './kafkajs-internals.ts';

export interface FetchHooks {
  /** The loop turns: a fetch is about to be sent. What is not named is not fetched. */
  fetching(): { positions: readonly FetchPosition[]; maxWaitMs: number };
  /**
   * An answer under the current assignment; the next fetch from the same broker waits for the promise. Of a partition
   * that was asked for and is not among `parts` there is nothing new: as of `toldAtMs` (of `performance.now`) it ends where
   * it did. Undefined when the answer does not tell that, since it has errors or is a throttled one.
   */
  fetched(parts: readonly FetchedPart[], toldAtMs: number | undefined): void | Promise<void>;
}

const OFFSET_OUT_OF_RANGE = 1;

/**
 * Fetches for one member of a group, in place of kafkajs, which for each fetch builds anew what all partitions are asked
 * for, and hands each part through a queue of workers. Where to read on is not its own knowledge but the hooks'.
 */
export class GroupFetch {
  readonly #group: ConsumerGroup;
  readonly #hooks: FetchHooks;
  readonly #sessions = new Map<string, FetchSession>();
  #metadata: Metadata | undefined;
  #leaders = new Map<string, Map<number, string>>();

  constructor(group: ConsumerGroup, hooks: FetchHooks) {
    this.#group = group;
    this.#hooks = hooks;
  }

  /**
   * One fetch from one broker. Resolves when the hooks have what it brought.
   *
   * @throws PartitionError after the parts of others were handed over, and whatever kafkajs says of a broker
   */
  async from(nodeId: string): Promise<void> {
    const { cluster } = this.#group;
    await cluster.refreshMetadataIfNecessary();
    this.#readMetadata();
    const { positions, maxWaitMs } = this.#hooks.fetching();
    const led = positions.filter(({ topic, partition }) => this.#leads(nodeId, topic, partition));
    if (led.length === 0) {
      await delay(maxWaitMs);
      return;
    }
    const generation = this.#group.offsetManager;
    const askedAtMs = performance.now();
    const session = this.#sessionWith(nodeId);
    const answer = await this.#ask(nodeId, session, session.next(led), maxWaitMs);
    if (!answer) return;
    // What was under way while the group was joined again belongs to the assignment before. Nobody hears of it, so the
    // broker is not to take it for said.
    if (this.#group.offsetManager !== generation) session.failed();
    else await this.#handOver(answer, session, askedAtMs);
  }

  /** Undefined when the broker did not know the session. */
  async #ask(
    nodeId: string,
    session: FetchSession,
    ask: FetchAsk,
    maxWaitMs: number,
  ): Promise<FetchResponse | undefined> {
    const { cluster, minBytes, maxBytes, maxBytesPerPartition } = this.#group;
    const limits = { maxWaitMs, minBytes, maxBytes, maxBytesPerPartition, committedOnly: true };
    try {
      const broker = await cluster.findBroker({ nodeId });
      const answer = await sendFetch(broker, ask, limits);
      if (!session.answered(answer)) return undefined;
      if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
      return answer;
    } catch (error) {
      session.failed();
      throw error;
    }
  }

  async #handOver(answer: FetchResponse, session: FetchSession, askedAtMs: number): Promise<void> {
    const parts: FetchedPart[] = [];
    let failed: PartitionError | undefined;
    for (const { topicName: topic, partitions } of answer.responses) {
      for (const part of partitions) {
        const { partition, errorCode } = part;
        const from = session.positionOf(topic, partition);
        if (from === undefined) continue;
        if (errorCode === 0) parts.push(fetchedPart(topic, from, part));
        // One is acted upon: rather what is not there any more than what may be there again by itself.
        else if (!failed || errorCode === OFFSET_OUT_OF_RANGE)
          failed = partitionError(topic, partition, errorCode);
      }
    }
    // In place of all there is to read a broker gives an empty answer to who has read too much (KIP-219).
    const throttled = answer.clientSideThrottleTime > 0 && answer.responses.length === 0;
    await this.#hooks.fetched(parts, failed || throttled ? undefined : askedAtMs);
    if (failed) throw failed;
  }

  /** Only when it is new: a topic that has got partitions means that the group is to be joined again. */
  #readMetadata(): void {
    const { cluster } = this.#group;
    const { metadata } = cluster.brokerPool;
    if (metadata === this.#metadata) return;
    this.#group.checkForStaleAssignment();
    this.#leaders = new Map(
      this.#group.topicsSubscribed.map((topic) => [
        topic,
        new Map(
          cluster
            .findTopicPartitionMetadata(topic)
            .map(({ partitionId, leader }) => [partitionId, String(leader)]),
        ),
      ]),
    );
    this.#metadata = metadata;
  }

  #leads(nodeId: string, topic: string, partition: number): boolean {
    return this.#leaders.get(topic)?.get(partition) === nodeId;
  }

  #sessionWith(nodeId: string): FetchSession {
    let session = this.#sessions.get(nodeId);
    if (!session) {
      session = new FetchSession();
      this.#sessions.set(nodeId, session);
    }
    return session;
  }
}
