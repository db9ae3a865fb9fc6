import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { OutgoingRecord } from '@herald/kafka/record';
import { type Rate, take } from '@herald/replay/rate';

export interface SendingOptions {
  rate: Rate;
  /** Resolves when all of them are acknowledged; brokers that are away are waited for. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Asked before each batch and while it waits for its turn. */
  mayGoOn(): boolean;
  /** A batch of so many is acknowledged, and what was to be called for it was called. */
  onFlushed(records: number): Promise<void>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Sends at a rate, in batches. `false` means that it may not go on: what was not flushed before is not sent. */
export interface Sending {
  add(delivery: Delivery, value: Buffer): Promise<boolean>;
  /** Calls `done` when all that was added before is acknowledged. */
  whenSent(done: () => void): void;
  flush(): Promise<boolean>;
}

/** A change of mind is noticed within this time, however slow the rate is. */
const MAX_SLEEP_MS = 500;

export function createSending(options: SendingOptions): Sending {
  const { rate, send, mayGoOn, onFlushed, now, sleep } = options;
  let batch: OutgoingRecord[] = [];
  let callbacks: (() => void)[] = [];

  return {
    async add(delivery, value) {
      batch.push({
        topic: TOPICS.backfill,
        key: delivery.endpointId,
        value,
        headers: encodeDeliveryHeaders(delivery),
      });
      return batch.length < rate.batch || flush();
    },
    whenSent(done) {
      // The last of it may have filled a batch, which is acknowledged by now.
      if (batch.length === 0) done();
      else callbacks.push(done);
    },
    flush,
  };

  async function flush(): Promise<boolean> {
    const records = batch;
    batch = [];
    const nowMs = now();
    const startAtMs = nowMs + take(rate, records.length, nowMs);
    while (mayGoOn()) {
      const waitMs = startAtMs - now();
      if (waitMs <= 0) {
        if (records.length > 0) await send(records);
        for (const done of callbacks.splice(0)) done();
        await onFlushed(records.length);
        return true;
      }
      await sleep(Math.min(waitMs, MAX_SLEEP_MS));
    }
    callbacks = [];
    return false;
  }
}
