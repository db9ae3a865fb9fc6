import { StackProblem } from '@herald/local-stack/problem';
import { OptionError } from './options.ts';

export interface Tool {
  /** What is to be closed when it ends, however that is. */
  closing: AsyncDisposableStack;
  /** A line on standard error. */
  onProgress: (line: string) => void;
  /** Resolves at Ctrl-C or SIGTERM. */
  interrupted: Promise<'interrupted'>;
}

/**
 * Runs a command line tool that starts servers: closes them also when it fails or is interrupted, says what a user can
 * mend in a sentence and anything else with its stack, and ends the process.
 */
export async function runTool(run: (tool: Tool) => Promise<void>): Promise<never> {
  const closing = new AsyncDisposableStack();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  try {
    await run({ closing, onProgress: (line) => console.error(`… ${line}`), interrupted });
    await closing.disposeAsync();
  } catch (error) {
    await closing.disposeAsync();
    const isExpected = error instanceof StackProblem || error instanceof OptionError;
    console.error(isExpected ? error.message : error);
    process.exitCode = 1;
  }
  // What was interrupted may still be at work on what was closed under it.
  process.exit();
}
