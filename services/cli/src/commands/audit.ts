import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings } from '../settings.ts';
import { ago } from '../when.ts';

interface Flags {
  json?: boolean;
}

interface AuditedChange {
  asked_at: string;
  actor: { kind: string; id: string };
  action: string;
  subject: { kind: string; id: string };
  state: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Checked by the api, which names each mistake. */
const FILTERS = {
  actor: z.string().optional(),
  action: z.string().optional(),
  subject: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
};

export function addAudit(program: Command, context: Context): void {
  const audit = program.command('audit').description('who changed what, through the API; takes an admin key');
  takesPage(
    audit
      .command('list')
      .description('newest first; --json has the subject before and after each change')
      .option('--actor <id>', 'only by a key, a session or an operator')
      .option('--action <action>', 'as endpoint.updated')
      .option('--subject <id>', 'only of an endpoint, a key, a replay, …')
      .option('--from <time>', 'asked for not before, ISO 8601')
      .option('--to <time>', 'asked for before, ISO 8601')
      .action((flags: Flags, command: Command) => list(flags, command, context)),
  );
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...FILTERS, ...PAGE_OPTIONS },
  });
  const api = apiOf(config);
  const page = await api.get<Page<AuditedChange>>('/v1/audit', {
    actor_id: options.actor,
    action: options.action,
    subject_id: options.subject,
    from: options.from,
    to: options.to,
    ...pageOf(options),
  });
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(page, terminal, ['asked', 'by', 'action', 'of', 'state', 'changed'], (change) => [
    ago(Date.parse(change.asked_at), nowMs),
    `${change.actor.kind} ${change.actor.id}`,
    change.action,
    `${change.subject.kind} ${change.subject.id}`,
    change.state,
    changedFields(change).join(', '),
  ]);
}

/** Of a subject that was there before and is there after. */
function changedFields({ before, after }: AuditedChange): string[] {
  if (!before || !after) return [];
  return Object.keys(after).filter(
    (field) => field !== 'updated_at' && JSON.stringify(after[field]) !== JSON.stringify(before[field]),
  );
}
