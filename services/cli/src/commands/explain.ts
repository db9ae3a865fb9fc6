import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type Explanation, showExplanation } from '../explain-view.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Flags {
  json?: boolean;
}

export function addExplain(program: Command, context: Context): void {
  takes(
    program
      .command('explain <event-id>')
      .description('why an event did, or did not, reach an endpoint, and what happens next')
      .option('--endpoint <id>', 'of one endpoint, with everything that became of it; else of all, in short')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => explain(id, flags, command, context)),
    apiVariables,
  );
}

async function explain(
  id: string,
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { endpoint: z.string().optional() },
  });
  const api = apiOf(config);
  const explanation = await api.get<Explanation>(`/v1/events/${encodeURIComponent(id)}/explain`, {
    endpoint_id: options.endpoint,
  });
  if (json) return terminal.json(explanation);
  showExplanation(explanation, terminal);
}
