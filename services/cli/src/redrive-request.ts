import { integer } from '@herald/service-kit/config';
import type { z } from 'zod';
import { DEAD_LETTER_FILTERS, filterOf } from './dead-letter-filter.ts';
import { UsageFailure } from './failure.ts';

export const REDRIVE_OPTIONS = {
  ...DEAD_LETTER_FILTERS,
  rate: integer({ min: 1, max: 1_000_000 }).optional(),
};

type RedriveOptions = z.output<z.ZodObject<typeof REDRIVE_OPTIONS>> & { dryRun?: boolean | undefined };

/** The ids as they were named, or the body of POST /v1/dead-letters/redrive for a filter. @throws UsageFailure */
export function redriveRequest(
  ids: readonly string[],
  { rate, dryRun, ...options }: RedriveOptions,
): { kind: 'ids' } | { kind: 'filter'; body: unknown } {
  const { status, ...filter } = filterOf(options);
  const isFiltered = [status, ...Object.values(filter)].some((value) => value !== undefined);
  if (isFiltered === ids.length > 0) {
    throw new UsageFailure(['name either delivery ids or a filter, as --endpoint <id>']);
  }
  if (isFiltered) {
    const body = { filter: { ...filter, status: statusOf(status) }, per_second: rate, dry_run: dryRun };
    return { kind: 'filter', body };
  }
  const ofFilters = [...(dryRun ? ['--dry-run'] : []), ...(rate === undefined ? [] : ['--rate'])];
  if (ofFilters.length > 0) {
    throw new UsageFailure(
      ofFilters.map((flag) => `${flag} goes with a filter: what is named by id is sent at once`),
    );
  }
  return { kind: 'ids' };
}

/** What is no number goes as it was typed: the api says what is wrong with it. */
function statusOf(typed: string | undefined): number | string | undefined {
  return typed !== undefined && /^\d+$/.test(typed) ? Number(typed) : typed;
}
