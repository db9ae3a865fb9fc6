/** What a command can fail with, as a sentence for the person at the terminal. Anything else that is thrown is a bug. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The API gives no answer now, or is too busy for one: asked again, it may. */
export class ApiAway extends CommandFailure {}

/** What the API finds wrong with a request: the command line was, for it knows nothing that was not given there. */
export class RefusedRequest extends CommandFailure {
  /** By the API's names. */
  readonly mistakes: readonly { field: string; problem: string; remedy: string; value?: string }[];

  constructor(message: string, mistakes: RefusedRequest['mistakes']) {
    super(message);
    this.mistakes = mistakes;
  }
}

/** The command line or the environment is wrong: every mistake, one line each. */
export class UsageFailure extends Error {
  override readonly name = 'UsageFailure';

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
    super(`The command has ${count}:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
  }
}

export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** The message for the terminal and the exit code of what a command threw. A bug keeps its stack. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof UsageFailure) return { message: error.message, exitCode: EXIT.usage };
  if (error instanceof CommandFailure) return { message: error.message, exitCode: EXIT.failure };
  const message = isAwayDependency(error) ? withCause(error) : ((error as Error)?.stack ?? String(error));
  return { message, exitCode: EXIT.failure };
}

const CONNECTION_CODES = /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|EPIPE)/;

/** Kafka, the registry, ClickHouse or the API did not answer, or refused: not a bug of the command. */
function isAwayDependency(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (/^(KafkaJS|ClickHouse|ResponseError|ConfluentSchemaRegistry)/.test(error.name)) return true;
  if (CONNECTION_CODES.test((error as NodeJS.ErrnoException).code ?? '')) return true;
  return isAwayDependency(error.cause) || /gave no answer|is not registered/.test(error.message);
}

function withCause(error: Error): string {
  const { cause } = error;
  const adds = cause instanceof Error && cause.message !== '' && !error.message.includes(cause.message);
  return adds ? `${error.message}: ${cause.message}` : error.message;
}
