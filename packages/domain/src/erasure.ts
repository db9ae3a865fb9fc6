import { type Coordinates, TEST_TOPIC } from './coordinates.ts';

/**
 * History that was erased on request: of one publication, or of all of an account. It covers what comes from events
 * that were accepted before it, whenever that is recorded: a delivery of an old event that is attempted tomorrow has
 * the old event's content. Events that are accepted later are another matter. Of tests, whose events are in no topic,
 * it covers those that were made before it.
 */
export interface Erasure {
  accountId: string;
  /** Undefined for all of the account. */
  publicationId: string | undefined;
  erasedAtMs: number;
  /** Ends of the partitions of the topic of events at that time, by partition number. */
  eventEnds: readonly number[];
  /** For people. */
  erasedBy: string;
}

/** What is asked of an erasure about a record. */
export interface Recorded {
  accountId: string;
  publicationId: string;
  /** Where its event was read from. */
  origin: Coordinates;
}

/** What is asked for, with all that an earlier one of the same covers: an erasure is never taken back. */
export function including(asked: Erasure, earlier: Erasure | undefined): Erasure {
  if (!earlier) return asked;
  const partitions = Math.max(asked.eventEnds.length, earlier.eventEnds.length);
  return {
    ...asked,
    erasedAtMs: Math.max(asked.erasedAtMs, earlier.erasedAtMs),
    eventEnds: Array.from({ length: partitions }, (_, partition) =>
      Math.max(asked.eventEnds[partition] ?? 0, earlier.eventEnds[partition] ?? 0),
    ),
  };
}

export function covers(erasure: Erasure, { accountId, publicationId, origin }: Recorded): boolean {
  if (accountId !== erasure.accountId) return false;
  if (erasure.publicationId !== undefined && publicationId !== erasure.publicationId) return false;
  if (origin.topic === TEST_TOPIC) return origin.offset <= erasure.erasedAtMs;
  return origin.offset < (erasure.eventEnds[origin.partition] ?? 0);
}
