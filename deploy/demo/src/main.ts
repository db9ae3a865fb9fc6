/** `npm run demo`: what Herald does, on real servers, in front of your eyes. */
import { join } from 'node:path';
import { StackProblem } from '@herald/local-stack/problem';
import { HERALD_DIR } from '@herald/local-stack/stack';
import { readOptions } from './options.ts';
import { createScreen } from './screen.ts';
import { perform } from './show.ts';

const options = readOptions(process.argv.slice(2), join(HERALD_DIR, 'demo'));
const screen = createScreen(process.stdout, process.env);
const closing = new AsyncDisposableStack();
const interrupted = new Promise<'interrupted'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
});

try {
  const outcome = await Promise.race([perform({ options, screen, closing, interrupted }), interrupted]);
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
