import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Schema of JSON, or of `@` and the name of a file of it. */
export function jsonText(): z.ZodType<unknown, string> {
  return z.string().transform((given, context): unknown => {
    try {
      return JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given);
    } catch (error) {
      const what = given.startsWith('@') ? 'the file cannot be read as JSON' : 'it is not JSON';
      context.addIssue({ code: 'custom', message: `${what}: ${(error as Error).message}` });
      return z.NEVER;
    }
  });
}
