import { z } from 'zod';

/** What the reader of a mistake needs to know about a variable, beside its schema. */
export interface VariableNotes {
  /** Completes "Expected …": what the variable holds and its unit. */
  expects: string;
  /** A value that is right, shown where the variable is missing or wrong. */
  example: string;
  /** The value never appears in a message. */
  secret?: boolean;
  /** Variables that must be set too where this one is. */
  needs?: readonly string[];
}

export interface ConfigMistake {
  variable: string;
  message: string;
}

/** Every mistake in the environment at once, one line each: variable, value, what is expected, remedy. */
export class ConfigError extends Error {
  readonly mistakes: readonly ConfigMistake[];

  constructor(mistakes: readonly ConfigMistake[]) {
    const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
    super(`The environment has ${count}:\n${mistakes.map(({ message }) => `  ${message}`).join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

const notesOf = z.registry<VariableNotes>();

/** Attaches notes to the finished schema of one variable (after `.optional()` or `.default()`). */
export function variable<S extends z.ZodType>(schema: S, notes: VariableNotes): S {
  notesOf.add(schema, notes);
  return schema;
}

/**
 * Reads the variables named by the schema's keys. A blank variable counts as unset, as compose files write it.
 * @throws ConfigError with all mistakes.
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const value = env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = schema.safeParse(given);
  const mistakes = [
    ...(parsed.error?.issues ?? []).map((issue) => mistakeOf(schema, given, issue)),
    ...missingCompanions(schema, given),
  ];
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(onePerVariable(mistakes));
  return parsed.data;
}

type Given = Record<string, string>;

function mistakeOf(schema: z.ZodObject, given: Given, issue: z.core.$ZodIssue): ConfigMistake {
  const name = String(issue.path[0] ?? 'configuration');
  const field = schema.shape[name] as z.ZodType | undefined;
  const notes = field && notesOf.get(field);
  const value = given[name];
  const expected = notes ? `Expected ${notes.expects}.` : `${issue.message}.`;
  const remedy = notes ? ` Set it, for example ${name}=${notes.example}` : '';
  if (value === undefined) return { variable: name, message: `${name} is not set. ${expected}${remedy}` };
  const shown = notes?.secret ? '(value hidden)' : JSON.stringify(value);
  return {
    variable: name,
    message: `${name}=${shown} is not usable: ${issue.message}. ${expected}${remedy}`,
  };
}

function missingCompanions(schema: z.ZodObject, given: Given): ConfigMistake[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    if (given[name] === undefined) return [];
    const missing = (notesOf.get(field as z.ZodType)?.needs ?? []).filter(
      (other) => given[other] === undefined,
    );
    return missing.map((other) => ({
      variable: other,
      message: `${other} is not set, but ${name} is and means nothing without it. Set both or neither.`,
    }));
  });
}

function onePerVariable(mistakes: readonly ConfigMistake[]): ConfigMistake[] {
  return [...new Map(mistakes.toReversed().map((mistake) => [mistake.variable, mistake])).values()].reverse();
}

/** Schema of a comma-separated list with at least one item; blanks around items are dropped. */
export function list(): z.ZodType<string[], string> {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((item) => item.trim() || []))
    .refine((items) => items.length > 0, 'it names nothing');
}

/** Schema of a whole number written in decimal digits. */
export function integer(bounds: { min: number; max: number }): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^-?\d+$/, 'it is not a whole number')
    .transform(Number)
    .pipe(
      z.number().min(bounds.min, `it is below ${bounds.min}`).max(bounds.max, `it is above ${bounds.max}`),
    );
}
