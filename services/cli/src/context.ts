import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface Context {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** Standard input: where a secret comes from, for a command line is seen by others. */
  input: AsyncIterable<Uint8Array | string>;
}
