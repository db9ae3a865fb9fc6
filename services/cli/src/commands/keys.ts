import type { ApiKeyInfo } from '@herald/registry/api-key';
import type { Command } from 'commander';
import { z } from 'zod';
import { KEY_VARIABLES, keyFields, unavailable, withKeyTable, withKeyWriter } from '../api-keys.ts';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readSettings, takes } from '../settings.ts';
import { ago } from '../when.ts';

interface Flags {
  json?: boolean;
}

const EXPIRES = z.iso
  .datetime({ offset: true, error: 'expects an ISO 8601 time with a zone' })
  .transform((text) => Date.parse(text))
  .refine((atMs) => atMs > Date.now(), 'it is over: the key would open nothing')
  .optional();

const account = z.string({ error: 'name the account' }).trim().min(1, 'name the account').max(200);

export function addKeys(program: Command, context: Context): void {
  const keys = program.command('keys').description('API keys, in Kafka directly: no service has to run');
  takes(
    keys
      .command('create')
      .description('make a key; it is shown once and kept nowhere')
      .option('--account <id>', 'whose data it opens')
      .option('--role <role>', 'admin, write or read', 'write')
      .option('--name <text>', 'for people', '')
      .option('--expires <time>', 'ISO 8601; without it, never')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => create(flags, command, context)),
    KEY_VARIABLES,
  );
  takes(
    keys
      .command('list')
      .description("an account's keys")
      .option('--account <id>', 'whose keys')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => list(flags, command, context)),
    KEY_VARIABLES,
  );
  takes(
    keys
      .command('revoke <key-id>')
      .description('end a key for good')
      .option('--account <id>', 'whose key it is')
      .action((keyId: string, _flags: Flags, command: Command) => revoke(keyId, command, context)),
    KEY_VARIABLES,
  );
}

async function create({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: KEY_VARIABLES,
    options: {
      account,
      name: z.string().max(200),
      role: z.enum(['admin', 'write', 'read']),
      expires: EXPIRES,
    },
  });
  const asked = {
    accountId: options.account,
    name: options.name,
    role: options.role,
    ...(options.expires !== undefined && { expiresAtMs: options.expires }),
  };
  const created = await withKeyWriter(config, terminal, (edits) => edits.create(asked));
  if (created.kind === 'unavailable') throw unavailable(created.detail);
  if (created.kind === 'too_many') {
    throw new CommandFailure(
      `Account ${options.account} has ${created.limit} keys already, as many as it may. Revoke those that are not needed.`,
    );
  }
  if (json) return terminal.json({ key: created.text, ...keyFields(created.info) });
  terminal.print(created.text);
  terminal.note(`A ${options.role} key of account ${options.account}. It is not shown again.`);
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: KEY_VARIABLES, options: { account } });
  const infos = await withKeyTable(config, terminal, (table) => table.list(options.account));
  if (json) return terminal.json(infos.map(keyFields));
  const nowMs = Date.now();
  terminal.table(
    ['key id', 'name', 'role', 'created', 'state'],
    infos.map((info) => [
      info.keyId,
      info.name,
      info.role,
      ago(info.createdAtMs, nowMs),
      stateOf(info, nowMs),
    ]),
  );
}

async function revoke(keyId: string, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: KEY_VARIABLES, options: { account } });
  const revoked = await withKeyWriter(config, terminal, (edits) => edits.revoke(options.account, keyId));
  if (revoked.kind === 'unavailable') throw unavailable(revoked.detail);
  if (revoked.kind !== 'revoked') {
    throw new CommandFailure(
      `Account ${options.account} has no key ${keyId}. See: herald keys list --account ${options.account}`,
    );
  }
  terminal.note(`Key ${keyId} opens nothing any more.`);
}

function stateOf({ revokedAtMs, expiresAtMs }: ApiKeyInfo, nowMs: number): string {
  if (revokedAtMs !== undefined) return `revoked ${ago(revokedAtMs, nowMs)}`;
  if (expiresAtMs === undefined) return 'valid';
  return `${expiresAtMs <= nowMs ? 'expired' : 'expires'} ${ago(expiresAtMs, nowMs)}`;
}
