import type { Command } from 'commander';
import { type ApiClient, apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { filtered } from '../dead-letter-filter.ts';
import { CommandFailure } from '../failure.ts';
import { REDRIVE_OPTIONS, redriveRequest } from '../redrive-request.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Redriven {
  dead_letter: string;
  result: string;
  delivery_id: string | null;
}

interface Redrive {
  replay: { replay_id: string; state: string } | null;
  items: Redriven[];
}

interface Flags {
  json?: boolean;
  dryRun?: boolean;
}

const PATH = '/v1/dead-letters/redrive';

/** The most that the api takes at once. */
const IDS_AT_ONCE = 100;

/** What was done, or need not be. */
const FINE = new Set(['queued', 'redriven', 'not_dead']);

/** Under `herald dead-letters`. */
export function addRedrive(deadLetters: Command, context: Context): void {
  takes(
    filtered(
      deadLetters
        .command('redrive [delivery-id...]')
        .description(
          'send them again to their endpoints, as these are configured now: some, or all of a filter',
        ),
    )
      .option('--rate <n>', 'deliveries a second, with a filter')
      .option('--dry-run', 'with a filter: only plan it; herald replay has the plan')
      .option('--json', 'one JSON document')
      .action((ids: string[], flags: Flags, command: Command) => redrive(ids, flags, command, context)),
    apiVariables,
  );
}

async function redrive(
  ids: readonly string[],
  { json, dryRun }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: REDRIVE_OPTIONS,
  });
  const asked = redriveRequest(ids, { ...options, dryRun });
  const api = apiOf(config);
  if (asked.kind === 'filter') {
    const { replay } = await api.post<Redrive>(PATH, asked.body);
    if (json) return terminal.json({ replay });
    const { replay_id: id, state } = replay!;
    terminal.print(id);
    terminal.note(
      dryRun
        ? `a plan, ${state}: nothing is sent. What it would send: herald replay show ${id}; to send it: herald replay start ${id}`
        : `a replay, ${state}. How far it is: herald replay show ${id}`,
    );
    return;
  }
  const { items, failure } = await redriveIds(api, ids);
  if (json) terminal.json({ items });
  else {
    terminal.table(
      ['dead letter', 'result', 'sent as'],
      items.map((item) => [item.dead_letter, item.result, item.delivery_id ?? '']),
    );
  }
  if (failure) {
    terminal.note(
      `No result of the last ${ids.length - items.length} of ${ids.length}. The same command again leaves out what is sent.`,
    );
    throw failure;
  }
  const failed = items.filter(({ result }) => !FINE.has(result));
  if (failed.length === 0) return;
  throw new CommandFailure(`${failed.length} of ${items.length} were not sent again: see the results.`);
}

/** `failure`: why there are no more items than these. */
async function redriveIds(
  api: ApiClient,
  ids: readonly string[],
): Promise<{ items: Redriven[]; failure?: CommandFailure }> {
  const items: Redriven[] = [];
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    try {
      const answer = await api.post<Redrive>(PATH, { delivery_ids: ids.slice(from, from + IDS_AT_ONCE) });
      items.push(...answer.items);
    } catch (failure) {
      if (items.length === 0 || !(failure instanceof CommandFailure)) throw failure;
      return { items, failure };
    }
  }
  return { items };
}
