import { StackProblem } from '@herald/local-stack/problem';
import { createScreen, type Screen } from './screen.ts';

/** What a performance has to work with. */
export interface Hall {
  screen: Screen;
  /** What is opened is closed by it, the last one first. */
  closing: AsyncDisposableStack;
  /** Ends an exploration. */
  interrupted: Promise<'interrupted'>;
}

/** How a performance went. */
export interface Verdict {
  /** The last line, as one JSON object. */
  summary: object;
  /** Empty for a good run. */
  complaints: readonly string[];
}

/** Runs a performance and ends the process: exit code 0 for a good one. Ctrl-C ends what it has opened. */
export async function present(perform: (hall: Hall) => Promise<Verdict>): Promise<never> {
  const screen = createScreen(process.stdout, process.env);
  const closing = new AsyncDisposableStack();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  try {
    const outcome = await Promise.race([perform({ screen, closing, interrupted }), interrupted]);
    if (outcome === 'interrupted') screen.line('\nstopping');
    await closing.disposeAsync();
    if (outcome !== 'interrupted') {
      for (const complaint of outcome.complaints) console.error(complaint);
      screen.line(JSON.stringify(outcome.summary));
      process.exitCode = outcome.complaints.length === 0 ? 0 : 1;
    }
  } catch (error) {
    await closing.disposeAsync();
    console.error(error instanceof StackProblem ? error.message : error);
    process.exitCode = 1;
  }
  // An interrupted performance may still be at work on what was closed under it.
  process.exit();
}
