import type { Producer } from 'kafkajs';
import type { KafkaLogger } from './connection.ts';
import type { Outbox, OutgoingBatch } from './outbox.ts';
import { produceOnce } from './produce.ts';

export interface FlushedBatch {
  records: number;
  bytes: number;
  durationMs: number;
  /** 1 when the first try was acknowledged. */
  attempts: number;
}

/** A request stays well below the broker's socket.request.max.bytes. */
const maxRoundBytes = 8 * 1024 * 1024;
/** A round that lasts longer waits for a broker in trouble: the next may go beside it. */
const slowRoundMs = 50;
const maxRounds = 4;

/**
 * Sends what is in the outboxes, one round after the other: as soon as one returns the next takes all that has come
 * meanwhile, so load makes the batches large.
 *
 * Outboxes in trouble go in rounds of their own, of half as many as when they failed, because kafkajs sends nothing
 * at all when one partition of a round has no leader.
 */
export class Rounds {
  readonly #producer: Producer;
  readonly #lingerMs: number;
  readonly #logger: KafkaLogger | undefined;
  readonly #onBatch: ((batch: FlushedBatch) => void) | undefined;
  readonly #outboxes = new Set<Outbox>();
  #healthyRounds = 0;
  #troubledRounds = 0;
  #lastStartMs = 0;
  #hurried = false;
  /** For the first that lingers since the last round. */
  #lingerUntilMs: number | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    producer: Producer;
    lingerMs: number;
    logger: KafkaLogger | undefined;
    onBatch: ((batch: FlushedBatch) => void) | undefined;
  }) {
    this.#producer = options.producer;
    this.#lingerMs = options.lingerMs;
    this.#logger = options.logger;
    this.#onBatch = options.onBatch;
  }

  /**
   * The outbox has something to send. Everything that is added in this turn of the event loop goes together; what may
   * linger goes with the next that may not, or by itself when its time is over.
   */
  add(outbox: Outbox, mayLinger: boolean): void {
    this.#outboxes.add(outbox);
    if (!mayLinger) this.hurry();
    else if (this.#lingerUntilMs === undefined) {
      this.#lingerUntilMs = performance.now() + this.#lingerMs;
      this.#timer ??= setTimeout(() => this.#pump(), this.#lingerMs);
    }
  }

  /** What waits goes now. */
  hurry(): void {
    this.#hurried = true;
    this.#immediate ??= setImmediate(() => this.#pump());
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#immediate = undefined;
    const nowMs = performance.now();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    const healthy: Outbox[] = [];
    const troubled: Outbox[] = [];
    for (const outbox of this.#outboxes) {
      const { readyAtMs } = outbox;
      if (readyAtMs > nowMs) wakeAtMs = Math.min(wakeAtMs, readyAtMs);
      else if (outbox.failedInCompanyOf === undefined) healthy.push(outbox);
      else troubled.push(outbox);
    }
    if (healthy.length > 0) {
      const mayStartAtMs = this.#mayStartAtMs();
      if (mayStartAtMs <= nowMs) this.#startHealthy(healthy, nowMs);
      else wakeAtMs = Math.min(wakeAtMs, mayStartAtMs);
    }
    while (troubled.length > 0 && this.#troubledRounds < maxRounds) {
      const size = Math.max(1, Math.floor(troubled[0]!.failedInCompanyOf! / 2));
      this.#startTroubled(troubled.splice(0, size), nowMs);
    }
    if (wakeAtMs < Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, wakeAtMs - nowMs));
    }
  }

  #mayStartAtMs(): number {
    if (this.#healthyRounds >= maxRounds) return Number.POSITIVE_INFINITY;
    const lingerUntilMs = this.#hurried ? 0 : (this.#lingerUntilMs ?? 0);
    return this.#healthyRounds === 0
      ? lingerUntilMs
      : Math.max(lingerUntilMs, this.#lastStartMs + slowRoundMs);
  }

  #startHealthy(outboxes: readonly Outbox[], nowMs: number): void {
    const batches: OutgoingBatch[] = [];
    let bytes = 0;
    for (const outbox of outboxes) {
      if (bytes >= maxRoundBytes) break;
      const batch = outbox.take(nowMs);
      bytes += batch.encoded.value.length;
      batches.push(batch);
      // To the end of the row: what did not fit into this round comes first in the next.
      this.#outboxes.delete(outbox);
      this.#outboxes.add(outbox);
    }
    this.#lastStartMs = nowMs;
    // Where another round is under way, something urgent may wait for its return.
    if (this.#healthyRounds === 0) this.#hurried = false;
    this.#lingerUntilMs = undefined;
    this.#healthyRounds += 1;
    void this.#run(batches).then(() => {
      this.#healthyRounds -= 1;
      this.#pump();
    });
  }

  #startTroubled(outboxes: readonly Outbox[], nowMs: number): void {
    this.#troubledRounds += 1;
    void this.#run(outboxes.map((outbox) => outbox.take(nowMs))).then(() => {
      this.#troubledRounds -= 1;
      this.#pump();
    });
  }

  async #run(batches: readonly OutgoingBatch[]): Promise<void> {
    await produceOnce(
      this.#producer,
      batches.map(({ encoded }) => encoded),
    );
    const nowMs = performance.now();
    for (const batch of batches) {
      const { outbox, encoded, records, cutAtMs } = batch;
      batch.company = batches.length;
      outbox.settle(batch, nowMs);
      if (outbox.isEmpty) this.#outboxes.delete(outbox);
      const { attempts } = batch;
      if (encoded.reply?.written) {
        this.#onBatch?.({
          records: records.length,
          bytes: encoded.value.length,
          durationMs: nowMs - cutAtMs,
          attempts,
        });
      } else if (Number.isInteger(Math.log2(attempts))) {
        const { topic, partition, reply } = encoded;
        this.#logger?.log('warn', 'a record batch was not acknowledged', {
          topic,
          partition,
          attempts,
          ...reply,
        });
      }
    }
  }
}
