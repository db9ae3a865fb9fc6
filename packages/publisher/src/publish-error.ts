import type { FieldProblem } from './parse-event.ts';
import type { Published } from './published.ts';

/** An event of the call, by its place in it, and what is wrong with it. */
export interface RefusedEvent {
  index: number;
  problems: FieldProblem[];
}

/** An event that Kafka will never take, by its place in the call, with the bytes of its record. */
export interface UnwritableEvent {
  index: number;
  event_id: string;
  bytes: number;
  cause: Error;
}

export type PublishFailure =
  /** The event is not one: nothing of the call was written. */
  | { kind: 'invalid'; refused: RefusedEvent[] }
  /** The publisher is closed: nothing of the call was written. */
  | { kind: 'closed' }
  /** Kafka says of some that they can never be written. The others of the call are on record, as `published` says. */
  | { kind: 'unwritable'; refused: UnwritableEvent[]; published: Published[] };

/**
 * A rejection rather than a result: a result that nobody looks at is a lost event, an unhandled rejection is not.
 * `failure` says by its `kind` what happened, as data.
 */
export class PublishError extends Error {
  readonly failure: PublishFailure;

  constructor(failure: PublishFailure) {
    super(
      messageOf(failure),
      failure.kind === 'unwritable' ? { cause: failure.refused[0]?.cause } : undefined,
    );
    this.name = 'PublishError';
    this.failure = failure;
  }
}

function messageOf(failure: PublishFailure): string {
  switch (failure.kind) {
    case 'closed':
      return 'The publisher is closed. Publish before close, or create another.';
    case 'unwritable':
      return failure.refused
        .map(
          ({ index, event_id, cause }) =>
            `Event ${index} (${event_id}): Kafka cannot take it: ${cause.message}.`,
        )
        .join('\n');
    case 'invalid':
      return failure.refused
        .flatMap(({ index, problems }) => problems.map((problem) => line(index, problem)))
        .join('\n');
  }
}

function line(index: number, { field, value, problem, remedy }: FieldProblem): string {
  const given = value === undefined ? '' : ` (${value})`;
  return `Event ${index}: ${field || 'the event'}${given}: ${problem}. ${remedy}`;
}
