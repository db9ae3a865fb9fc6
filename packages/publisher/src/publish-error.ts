import type { FieldProblem } from './parse-event.ts';

/** An event of the call, by its place in it, and what is wrong with it. */
export interface RefusedEvent {
  index: number;
  problems: FieldProblem[];
}

export type PublishFailure =
  /** The event is not one: nothing of the call was written. */
  | { kind: 'invalid'; refused: RefusedEvent[] }
  /** The publisher is closed: nothing of the call was written. */
  | { kind: 'closed' }
  /** Kafka says that it can never be written. */
  | { kind: 'unwritable'; cause: Error };

/**
 * A rejection rather than a result: a result that nobody looks at is a lost event, an unhandled rejection is not.
 * `failure` says by its `kind` what happened, as data.
 */
export class PublishError extends Error {
  readonly failure: PublishFailure;

  constructor(failure: PublishFailure) {
    super(messageOf(failure), failure.kind === 'unwritable' ? { cause: failure.cause } : undefined);
    this.name = 'PublishError';
    this.failure = failure;
  }
}

function messageOf(failure: PublishFailure): string {
  if (failure.kind === 'closed') return 'The publisher is closed. Publish before close, or create another.';
  if (failure.kind === 'unwritable') return `Kafka cannot take the event: ${failure.cause.message}`;
  return failure.refused
    .flatMap(({ index, problems }) => problems.map((problem) => line(index, problem)))
    .join('\n');
}

function line(index: number, { field, value, problem, remedy }: FieldProblem): string {
  const given = value === undefined ? '' : ` (${value})`;
  return `Event ${index}: ${field || 'the event'}${given}: ${problem}. ${remedy}`;
}
