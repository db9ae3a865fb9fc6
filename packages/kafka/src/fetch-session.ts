import type { TopicPartition } from './record.ts';

/** Where the next fetch of a partition begins. */
export interface FetchPosition extends Readonly<TopicPartition> {
  /** The offset of the next record to receive. */
  readonly position: number;
}

/** What a fetch says to a broker that remembers what it was asked for before. */
export interface FetchAsk {
  sessionId: number;
  /** 0 asks for a session in which only `positions` are. */
  epoch: number;
  /** Of the partitions that the broker does not know, or knows at another offset. */
  positions: readonly FetchPosition[];
  /** Partitions to ask for no longer. */
  forgotten: readonly TopicPartition[];
}

interface Known {
  at: FetchPosition;
  position: number;
  /** The last turn in which it was wanted. */
  turn: number;
}

const SESSION_ID_NOT_FOUND = 70;
const INVALID_SESSION_EPOCH = 71;
const OPENING = 0;
const LAST_EPOCH = 2 ** 31 - 1;

/**
 * An incremental fetch session with one broker: after the first fetch only what has changed is said, and only what has
 * changed is answered. Without it each fetch names all partitions and each answer, too, which for a record at a time
 * is most of its cost, here and at the broker.
 *
 * Source: https://cwiki.apache.org/confluence/display/KAFKA/KIP-227
 */
export class FetchSession {
  readonly #known = new Map<string, Map<number, Known>>();
  #knownCount = 0;
  #id = 0;
  #epoch = OPENING;
  #turn = 0;

  /** For a fetch of `wanted` and nothing else. It must be answered or have failed before the next. */
  next(wanted: readonly FetchPosition[]): FetchAsk {
    this.#turn += 1;
    const opening = this.#epoch === OPENING;
    if (opening) this.#forgetAll();
    // Copies: what is wanted may move on before the request is written.
    const changed = wanted
      .filter((one) => this.#learn(one))
      .map(({ topic, partition, position }) => ({ topic, partition, position }));
    return {
      sessionId: this.#id,
      epoch: this.#epoch,
      // A broker fills an answer in the order of the question; in a session it sees to turns itself.
      positions: opening ? rotated(changed, this.#turn) : changed,
      forgotten: this.#knownCount > wanted.length ? this.#forgetUnwanted() : [],
    };
  }

  /** The offset that was asked for; undefined where the partition was not. */
  positionOf(topic: string, partition: number): number | undefined {
    return this.#known.get(topic)?.get(partition)?.position;
  }

  /** False when the broker does not know the session (any more): nothing was answered, the next fetch opens another. */
  answered({ errorCode, sessionId }: { errorCode: number; sessionId: number }): boolean {
    if (errorCode === SESSION_ID_NOT_FOUND || errorCode === INVALID_SESSION_EPOCH) {
      if (errorCode === SESSION_ID_NOT_FOUND) this.#id = 0;
      this.#epoch = OPENING;
      return false;
    }
    this.#id = sessionId;
    // A broker that has no room for another session answers without one.
    if (sessionId === 0) this.#epoch = OPENING;
    else this.#epoch = this.#epoch === LAST_EPOCH ? 1 : this.#epoch + 1;
    return true;
  }

  /**
   * There was no answer, so what the broker knows is uncertain, or nobody has heard it. The next fetch ends the session
   * and opens another.
   */
  failed(): void {
    this.#epoch = OPENING;
  }

  /** Whether the broker has to be told. */
  #learn(at: FetchPosition): boolean {
    const ofTopic = this.#known.get(at.topic) ?? new Map<number, Known>();
    const known = ofTopic.get(at.partition);
    const { position } = at;
    if (known) {
      known.turn = this.#turn;
      if (known.position === position) return false;
      known.position = position;
      return true;
    }
    this.#known.set(at.topic, ofTopic.set(at.partition, { at, position, turn: this.#turn }));
    this.#knownCount += 1;
    return true;
  }

  #forgetUnwanted(): TopicPartition[] {
    const unwanted = [...this.#known.values()].flatMap((ofTopic) =>
      [...ofTopic.values()].filter(({ turn }) => turn !== this.#turn).map(({ at }) => at),
    );
    for (const { topic, partition } of unwanted) this.#known.get(topic)?.delete(partition);
    this.#knownCount -= unwanted.length;
    return unwanted;
  }

  #forgetAll(): void {
    this.#known.clear();
    this.#knownCount = 0;
  }
}

/** The same, beginning with another for each `by`. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
