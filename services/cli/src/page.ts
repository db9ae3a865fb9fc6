import { integer } from '@herald/service-kit/config';
import { z } from 'zod';

/** A page as the API answers it; `next_cursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export const PAGE_OPTIONS = {
  limit: integer({ min: 1, max: 200 }),
  cursor: z.string().optional(),
};
