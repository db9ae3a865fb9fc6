import type { Filter } from '@herald/domain/filter/filter';
import {
  MAX_FILTER_BYTES,
  MAX_FILTER_DEPTH,
  MAX_FILTER_NODES,
  parseFilter,
} from '@herald/domain/filter/parse';
import { z } from 'zod';

/**
 * The filter of a subscription. The domain reads it: it is the one that has to understand it again when it comes back
 * from the topic.
 */
export const filter = z
  .looseObject({}, { error: 'it is no JSON object' })
  .transform((given, context): Filter => {
    const parsed = parseFilter(given);
    if (parsed.ok) return parsed.filter;
    for (const { path, problem, remedy } of parsed.mistakes) {
      context.addIssue({ code: 'custom', message: problem, path: [...path], params: { remedy } });
    }
    return z.NEVER;
  })
  .nullable()
  .meta({
    description: `a filter on what a publication's message says, null for none: {"field", "op", "value"}, {"and": […]}, {"or": […]} or {"not": {…}}; at most ${MAX_FILTER_DEPTH} deep, ${MAX_FILTER_NODES} parts and ${MAX_FILTER_BYTES} bytes`,
    examples: [{ field: 'channel.type', op: 'in', value: ['tiktok', 'instagram'] }],
  });
