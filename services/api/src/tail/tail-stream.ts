import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { pause } from '@herald/kafka/patience';
import type { EventStream } from '../http/event-stream.ts';
import type { AttemptSource, Listening, PlacedAttempt } from './attempt-source.ts';
import { matches, type TailFilter, viewDisposition } from './disposition.ts';
import { formatPosition, type TailPosition } from './position.ts';
import { type GapReason, planResumption } from './resumption.ts';

export interface TailStreamOptions {
  source: AttemptSource;
  accountId: string;
  sees: (attempt: DeliveryAttempt) => boolean;
  filter: TailFilter;
  /** Where the client was; undefined begins with what comes now. */
  after: TailPosition | undefined;
  events: EventStream;
  /** Whether the client may still see it. */
  isAdmitted: () => boolean;
  bounds: TailBounds;
  onSkipped: (count: number) => void;
}

export interface TailBounds {
  /** Records of all accounts that a resume reads. */
  maxResumeRecords: number;
  heartbeatMs: number;
  /** A client that takes nothing for so long is left: it can come back. */
  maxStallMs: number;
}

const LOOK_AGAIN_MS = 50;
/** Of a client that is told nothing meanwhile; what is told asks by itself. */
const ADMISSION_CHECK_MS = 500;

/** One client: what it missed, then what comes; each disposition of its filter once, or counted as skipped. */
export class TailStream {
  readonly #options: TailStreamOptions;
  readonly #events: EventStream;
  readonly #leaving = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #admissionCheck: NodeJS.Timeout;
  /** Next offset of each partition, while what was missed is read; later the source's own is further. */
  #position: number[] = [];
  /** Whether the partition has been read back to where the source is. */
  #joined: boolean[] = [];
  #listening: Listening | undefined;
  /** What the client has not been told of yet, for want of room. */
  #gap: GapReason | undefined;
  #skipped = { count: 0, to: '' };

  constructor(options: TailStreamOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#heartbeat = setInterval(() => this.#beat(), options.bounds.heartbeatMs);
    this.#admissionCheck = setInterval(() => this.#leaveUnlessAdmitted(), ADMISSION_CHECK_MS);
    this.#events.onDrain(() => void this.#tellOmissions());
    this.#events.onClose(() => {
      clearInterval(this.#heartbeat);
      clearInterval(this.#admissionCheck);
      this.#leaving.abort();
    });
  }

  /** Resolves when the client hears what comes, or is gone. */
  async start(): Promise<void> {
    const { signal } = this.#leaving;
    const { source, accountId, after } = this.#options;
    try {
      this.#listening = await source.listen(
        { accountId, onAttempt: (placed) => this.#hear(placed), onEnd: () => this.#events.end() },
        signal,
      );
      if (signal.aborted) return;
      this.#position = [...(after ?? this.#listening.next)];
      if (after) await this.#planResume(after, this.#listening);
      for (const partition of this.#position.keys()) await this.#catchUp(partition, this.#listening);
      this.#tellPosition();
    } catch (error) {
      if (signal.aborted) return;
      this.#events.end();
      throw error;
    }
  }

  async #planResume(after: TailPosition, listening: Listening): Promise<void> {
    const log = await listening.bounds(this.#leaving.signal);
    const { from, gap } = planResumption(after, log, this.#options.bounds.maxResumeRecords);
    this.#position = from;
    this.#gap = gap;
  }

  /** Reads on to where the source is, at the pace of the client; then the source goes on. */
  async #catchUp(partition: number, listening: Listening): Promise<void> {
    const { signal } = this.#leaving;
    while (this.#position[partition]! < listening.next[partition]!) {
      const from = this.#position[partition]!;
      const read = await listening.readBack(partition, from, signal);
      if (read.expired) this.#gap ??= 'expired';
      for (const placed of read.attempts) {
        if (!this.#events.hasRoom) await this.#events.drained();
        signal.throwIfAborted();
        this.#tell(placed);
      }
      this.#position[partition] = Math.max(from, read.nextOffset);
      if (read.nextOffset === from) await pause(LOOK_AGAIN_MS, signal);
    }
    this.#joined[partition] = true;
  }

  #hear(placed: PlacedAttempt): void {
    if (this.#joined[placed.partition]) this.#tell(placed);
  }

  #tell({ partition, offset, attempt }: PlacedAttempt): void {
    if (offset < this.#position[partition]!) return;
    this.#position[partition] = offset + 1;
    if (!this.#options.sees(attempt) || !matches(this.#options.filter, attempt)) return;
    if (!this.#leaveUnlessAdmitted()) return;
    const id = this.#id();
    const isTold =
      this.#tellOmissions() &&
      this.#events.send({ event: 'disposition', id, data: viewDisposition(attempt) });
    if (!isTold) this.#skipped = { count: this.#skipped.count + 1, to: id };
  }

  /** False while the client has no room to be told what it does not get. */
  #tellOmissions(): boolean {
    if (this.#gap) {
      if (!this.#events.send({ event: 'gap', data: { reason: this.#gap } })) return false;
      this.#gap = undefined;
    }
    const { count, to } = this.#skipped;
    if (count > 0) {
      if (!this.#events.send({ event: 'skipped', id: to, data: { count } })) return false;
      this.#options.onSkipped(count);
      this.#skipped = { count: 0, to: '' };
    }
    return true;
  }

  /** Everything before it was sent, skipped, or of no concern to this client. */
  #id(): string {
    const next = this.#listening?.next;
    return formatPosition(
      this.#position.map((offset, partition) =>
        this.#joined[partition] ? Math.max(offset, next?.[partition] ?? 0) : offset,
      ),
    );
  }

  /** A client that gets no events keeps its place in the topic nonetheless. */
  #tellPosition(): void {
    if (this.#tellOmissions() && this.#position.length > 0) this.#events.send({ id: this.#id() });
    else this.#events.comment('waiting for Kafka');
  }

  #beat(): void {
    if (this.#events.stalledMs() > this.#options.bounds.maxStallMs) this.#events.drop();
    else if (this.#leaveUnlessAdmitted()) this.#tellPosition();
  }

  /** False for a client that may see nothing any more: it is told no more, and the stream ends. */
  #leaveUnlessAdmitted(): boolean {
    if (this.#options.isAdmitted()) return true;
    this.#leaving.abort();
    this.#events.end();
    return false;
  }
}
