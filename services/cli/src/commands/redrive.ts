import type { Command } from 'commander';
import { connectApi } from '../api-client.ts';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Redriven {
  dead_letter: string;
  result: string;
  delivery_id: string | null;
}

/** The most that the api takes at once. */
const IDS_AT_ONCE = 100;

/** What was done, or need not be. */
const FINE = new Set(['queued', 'redriven', 'not_dead']);

/** Under `herald dead-letters`. */
export function addRedrive(deadLetters: Command, { terminal, env }: Context): void {
  takes(
    deadLetters
      .command('redrive <delivery-id...>')
      .description('send them again to their endpoints, as these are configured now; twice is once')
      .option('--json', 'one JSON document')
      .action(async (ids: string[], { json }: { json?: boolean }, command: Command) => {
        const { config } = readSettings({ command, env, variables: apiVariables });
        const api = connectApi({ url: config.HERALD_API_URL, key: config.HERALD_API_KEY });
        const items: Redriven[] = [];
        for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
          const delivery_ids = ids.slice(from, from + IDS_AT_ONCE);
          const answer = await api.post<{ items: Redriven[] }>('/v1/dead-letters/redrive', { delivery_ids });
          items.push(...answer.items);
        }
        if (json) terminal.json({ items });
        else {
          terminal.table(
            ['dead letter', 'result', 'sent as'],
            items.map((item) => [item.dead_letter, item.result, item.delivery_id ?? '']),
          );
        }
        const failed = items.filter(({ result }) => !FINE.has(result));
        if (failed.length > 0) {
          throw new CommandFailure(
            `${failed.length} of ${items.length} were not sent again: see the results.`,
          );
        }
      }),
    apiVariables,
  );
}
