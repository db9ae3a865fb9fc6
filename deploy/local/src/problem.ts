/**
 * Why the local stack cannot run, as one sentence for the person at the terminal: what happened, to which input,
 * and what to do. Entry points print the message alone; anything else that is thrown is a bug and keeps its stack.
 */
export class StackProblem extends Error {
  override readonly name = 'StackProblem';
}
