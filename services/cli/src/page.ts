import { integer } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { apiVariables, takes } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** A page as the API answers it; `next_cursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export const PAGE_OPTIONS = {
  limit: integer({ min: 1, max: 200 }),
  cursor: z.string().optional(),
};

/** Gives `command` the flags of a list that the API has in pages. */
export function takesPage(command: Command, limit = 20): void {
  command
    .option('--limit <n>', 'how many', String(limit))
    .option('--cursor <text>', 'go on from the page before')
    .option('--json', 'one JSON document');
  takes(command, apiVariables);
}

/** By the API's names. */
export function pageOf({ limit, cursor }: z.output<z.ZodObject<typeof PAGE_OPTIONS>>) {
  return { limit: String(limit), cursor };
}

/** As a table; `none` is what it means that there is nothing at all. */
export function showPage<T>(
  { items, next_cursor }: Page<T>,
  { table, note }: Terminal,
  head: readonly string[],
  row: (item: T) => string[],
  none?: string,
): void {
  // A page can be empty and not the last: it ends where enough was looked through.
  table(head, items.map(row), next_cursor ? 'nothing so far' : none);
  if (next_cursor) note(`more: --cursor ${next_cursor}`);
}
