import type { EventInput } from './event-input.ts';
import { createEventWriter, type EventWriter, type EventWriterOptions } from './event-writer.ts';
import type { PreparedEvent } from './prepare-event.ts';
import { PublishError, type RefusedEvent } from './publish-error.ts';
import type { Published } from './published.ts';

export interface PublishOptions {
  /** W3C Trace Context of the call that caused the event; it reaches the receiver untouched. */
  traceparent?: string;
}

export interface Publisher {
  /**
   * Resolves only when the event is on record. Waits while `maxPendingRecords` are under way, and as long as Kafka
   * is away: bound the wait on your side and send the same `event_id` again.
   * @throws PublishError
   */
  publish(event: EventInput, options?: PublishOptions): Promise<Published>;
  /**
   * All or none is taken: one invalid event and nothing is written. Events of one publication keep their order.
   * Resolves when all are on record, in the order given.
   * @throws PublishError with every invalid event by its index.
   */
  publishMany(events: readonly EventInput[], options?: PublishOptions): Promise<Published[]>;
  /** Handed over and not on record yet. */
  readonly pendingRecords: number;
  /** Resolves when all that was published before is on record. */
  flush(): Promise<void>;
  /** Takes nothing more, flushes, disconnects. */
  close(): Promise<void>;
}

export type PublisherOptions = EventWriterOptions;

/**
 * Connects, and looks up the id of the event's schema once: from then on the registry is not needed. Rejects where
 * either is away, or where the schema is not registered (a publisher never registers one).
 */
export async function createPublisher(options: PublisherOptions): Promise<Publisher> {
  const writer = await createEventWriter(options);

  async function publishMany(
    inputs: readonly EventInput[],
    { traceparent }: PublishOptions = {},
  ): Promise<Published[]> {
    return await writer.write(preparedBy(writer, inputs, traceparent));
  }

  return {
    publishMany,
    async publish(event, options) {
      return (await publishMany([event], options))[0] as Published;
    },
    get pendingRecords() {
      return writer.pendingRecords;
    },
    flush: writer.flush,
    close: writer.close,
  };
}

function preparedBy(
  writer: Pick<EventWriter, 'prepare'>,
  inputs: readonly EventInput[],
  traceparent: string | undefined,
): PreparedEvent[] {
  const refused: RefusedEvent[] = [];
  const events: PreparedEvent[] = [];
  inputs.forEach((input, index) => {
    const preparation = writer.prepare(input, traceparent);
    if (preparation.ok) events.push(preparation.event);
    else refused.push({ index, problems: preparation.problems });
  });
  if (refused.length > 0) throw new PublishError({ kind: 'invalid', refused });
  return events;
}
