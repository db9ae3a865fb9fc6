import { z } from 'zod';

/** Schemas that the resources share. The description completes "Expected: …" in the answer to a mistake. */

export const MAX_PAGE_ITEMS = 200;
const DEFAULT_PAGE_ITEMS = 50;
const MAX_ID_CHARS = 200;

/** Half a surrogate pair has no UTF-8: it would be on record as another text. */
export function text(maxChars: number) {
  return z
    .string({ error: 'it is not a text' })
    .max(maxChars, `it is longer than ${maxChars} characters`)
    .refine((value) => value.isWellFormed(), 'it holds half of a surrogate pair');
}

export function id(what: string, example: string) {
  return text(MAX_ID_CHARS)
    .min(1, 'it is empty')
    .meta({ description: `the id of ${what}, 1 to ${MAX_ID_CHARS} characters`, examples: [example] });
}

/** An ISO 8601 time, parsed to epoch milliseconds. */
export function instant(what: string) {
  return z.iso
    .datetime({ offset: true, error: 'it is not an ISO 8601 time with a zone' })
    .transform((value) => Date.parse(value))
    .meta({ description: `${what}, ISO 8601 with a zone`, examples: ['2026-03-15T14:30:00Z'] });
}

/** A range that ends before it begins holds nothing, and is a mistake. */
export function inOrder<S extends z.ZodObject<{ from: z.ZodType; to: z.ZodType }>>(query: S): S {
  return query.superRefine((asked, context) => {
    const { from, to } = asked as { from?: unknown; to?: unknown };
    // What is no time stands here as it was given, and has its issue already.
    if (typeof from !== 'number' || typeof to !== 'number' || from < to) return;
    context.addIssue({
      code: 'custom',
      path: ['from'],
      message: `it is not before ${new Date(to).toISOString()}`,
      params: { remedy: 'Expected: a time before to.' },
    });
  });
}

/** In a query string it is text: says in the documentation as what that is read. */
export function asInteger(bounds: {
  minimum: number;
  maximum: number;
  default?: number;
  examples: number[];
}) {
  return { type: 'integer' as const, ...bounds };
}

export const page = {
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'it is not a whole number')
    .transform(Number)
    .pipe(z.number().min(1, 'it is below 1').max(MAX_PAGE_ITEMS, `it is above ${MAX_PAGE_ITEMS}`))
    .default(DEFAULT_PAGE_ITEMS)
    .meta({
      description: `how many items, 1 to ${MAX_PAGE_ITEMS}`,
      ...asInteger({ minimum: 1, maximum: MAX_PAGE_ITEMS, default: DEFAULT_PAGE_ITEMS, examples: [50] }),
    }),
  cursor: text(2_000)
    .optional()
    .meta({ description: 'next_cursor of the page before, with the same filters, as it was given' }),
};

/** A page of items; `next_cursor` is null on the last one. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** An answer's time; null for one that ISO 8601 cannot write. */
export function isoTime(atMs: number): string | null {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export function isoTimeOrNull(atMs: number | null | undefined): string | null {
  return atMs === null || atMs === undefined ? null : isoTime(atMs);
}
