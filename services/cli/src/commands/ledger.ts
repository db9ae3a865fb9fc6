import type { Command } from 'commander';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type Ledger, showLedger } from '../ledger-view.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Flags {
  json?: boolean;
}

interface EndpointLedger {
  endpoint_id: string;
  delivered: number;
  waiting: number;
  pending: number;
  held: number;
  dead: number;
  cancelled: number;
}

const COUNTS = ['delivered', 'waiting', 'pending', 'held', 'dead', 'cancelled'] as const;

export function addLedger(program: Command, context: Context): void {
  const ledger = program
    .command('ledger')
    .description('what was accepted, in which state each delivery is, and what does not add up');
  takes(
    ledger
      .command('show', { isDefault: true })
      .description('all of the account (the default)')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => show(flags, command, context)),
    apiVariables,
  );
  takesPage(
    ledger
      .command('endpoints')
      .description('the deliveries of each endpoint by their states')
      .action((flags: Flags, command: Command) => endpoints(flags, command, context)),
  );
}

async function show({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config } = readSettings({ command, env, variables: apiVariables });
  const api = apiOf(config);
  const ledger = await api.get<Ledger>('/v1/ledger');
  if (json) return terminal.json(ledger);
  showLedger(ledger, terminal, Date.now());
}

async function endpoints({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: PAGE_OPTIONS,
  });
  const api = apiOf(config);
  const page = await api.get<Page<EndpointLedger>>('/v1/ledger/endpoints', pageOf(options));
  if (json) return terminal.json(page);
  showPage(
    page,
    terminal,
    ['endpoint', ...COUNTS],
    (item) => [item.endpoint_id, ...COUNTS.map((state) => String(item[state]))],
    'no delivery on record',
  );
}
