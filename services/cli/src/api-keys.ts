import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import type { ApiKeyInfo } from '@herald/registry/api-key';
import {
  type ApiKeyEdits,
  type ApiKeyTable,
  createApiKeyWriter,
  openApiKeyTable,
} from '@herald/registry/api-keys';
import { openAuditLog } from '@herald/registry/audit/log';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { z } from 'zod';
import { currentOperator } from './current-operator.ts';
import { CommandFailure } from './failure.ts';
import { quietly } from './quiet-kafka.ts';
import { kafkaVariables, registryVariables } from './settings.ts';
import type { Terminal } from './terminal.ts';

export const KEY_VARIABLES = { ...kafkaVariables, ...registryVariables };

export type KeyConfig = z.output<z.ZodObject<typeof KEY_VARIABLES>>;

/** Opens the keys' table for `work` and closes it after. */
export async function withKeyTable<T>(
  config: KeyConfig,
  terminal: Terminal,
  work: (table: ApiKeyTable) => Promise<T> | T,
): Promise<T> {
  const fatal = Promise.withResolvers<never>();
  const table = await openApiKeyTable({
    ...placesOf(config),
    log: { warn: (detail, message) => terminal.note(`${message} ${JSON.stringify(detail)}`) },
    onFatal: fatal.reject,
  });
  try {
    return await Promise.race([work(table), fatal.promise]);
  } finally {
    await table.stop();
  }
}

/** As `withKeyTable`, to change it in the name of who is at this machine. */
export function withKeyWriter<T>(
  config: KeyConfig,
  terminal: Terminal,
  work: (edits: ApiKeyEdits) => Promise<T>,
): Promise<T> {
  return withKeyTable(config, terminal, async (table) => {
    const places = placesOf(config);
    const audit = await openAuditLog(places);
    const writer = await createApiKeyWriter({ ...places, table, audit });
    try {
      return await work(writer.as(currentOperator()));
    } finally {
      await writer.close();
      await audit.close();
    }
  });
}

/** As the API names them. */
export function keyFields(info: ApiKeyInfo) {
  return {
    key_id: info.keyId,
    account_id: info.accountId,
    name: info.name,
    role: info.role,
    created_at: new Date(info.createdAtMs).toISOString(),
    expires_at: isoOrNull(info.expiresAtMs),
    revoked_at: isoOrNull(info.revokedAtMs),
  };
}

/** Kafka gave no answer to an edit of the keys. */
export function unavailable(detail: string): CommandFailure {
  return new CommandFailure(`${detail} Whether the change is on record: herald keys list.`);
}

function placesOf(config: KeyConfig) {
  return {
    connection: quietly(kafkaConnection(config, 'herald-cli')),
    source: connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL }),
  };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
