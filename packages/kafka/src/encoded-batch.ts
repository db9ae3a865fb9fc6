/** What the leader said of a batch. `error` is Kafka's name of it, or what went wrong before there was an answer. */
export type BatchReply = { written: true; baseOffset: number } | { written: false; error: string };

/**
 * A record batch that is encoded already, in the place of kafkajs' message: `sendBatch` finds its leader and the
 * patched `Broker.produce` puts its bytes on the wire. The answer comes back to the batch itself and not by what
 * `sendBatch` resolves to, which can leave out partitions and answer for others.
 */
export class EncodedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
  readonly key = null;
  /** The last request that carried the batch; settles when it was answered or lost. */
  request: Promise<unknown> | undefined;
  reply: BatchReply | undefined;

  constructor(topic: string, partition: number, bytes: Buffer) {
    this.topic = topic;
    this.partition = partition;
    this.value = bytes;
  }
}
