import type { Command } from 'commander';
import { z } from 'zod';

/** What dead letters are narrowed to. Checked by the api, which names each mistake. */
export const DEAD_LETTER_FILTERS = {
  project: z.string().optional(),
  channel: z.string().optional(),
  endpoint: z.string().optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
  status: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
};

export function filtered(command: Command): Command {
  return command
    .option('--project <id>', 'only of a project')
    .option('--channel <id>', 'only of a channel')
    .option('--endpoint <id>', 'only to an endpoint')
    .option('--type <type>', 'as publication.failed')
    .option('--reason <reason>', 'as exhausted, expired or cancelled')
    .option('--status <n>', 'the HTTP status that they died of; 0 for no answer')
    .option('--from <time>', 'event not before, ISO 8601')
    .option('--to <time>', 'event before, ISO 8601');
}

/** By the api's names. */
export function filterOf(
  options: z.output<z.ZodObject<typeof DEAD_LETTER_FILTERS>>,
): Record<string, string | undefined> {
  return {
    project_id: options.project,
    channel_id: options.channel,
    endpoint_id: options.endpoint,
    event_type: options.type,
    reason: options.reason,
    status: options.status,
    from: options.from,
    to: options.to,
  };
}
