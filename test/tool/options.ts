import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What the command line asks for cannot be done; the message says what can. */
export class OptionError extends Error {}

/** @throws OptionError with the usage, for an option that the tool does not have or that lacks its value */
export function parseFlags<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\n${usage}`);
  }
}
