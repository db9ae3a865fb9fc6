import { type ApiKeyInfo, infoOf, type NewApiKey } from '@herald/registry/api-key';
import type { ApiKeyTable, ApiKeyWriter, KeyCreated, KeyRevoked } from '@herald/registry/api-keys';
import type { Asker } from '@herald/registry/audit/entry';

export interface ApiKeySources {
  table: Pick<ApiKeyTable, 'get' | 'list'>;
  writer: Pick<ApiKeyWriter, 'as'>;
}

export interface AccountApiKeys {
  /** Undefined for a key of another account, as for one that does not exist. */
  get(keyId: string): ApiKeyInfo | undefined;
  list(): ApiKeyInfo[];
  /** Makes it as this account's. */
  create(key: Omit<NewApiKey, 'accountId'>): Promise<KeyCreated>;
  /** Not the last one by which keys can be made. */
  revoke(keyId: string): Promise<KeyRevoked>;
}

export function apiKeysOf(accountId: string, { table, writer }: ApiKeySources, asker: Asker): AccountApiKeys {
  const edits = writer.as(asker);
  return {
    get(keyId) {
      const key = table.get(keyId)?.value;
      return key?.accountId === accountId ? infoOf(key) : undefined;
    },
    list: () => table.list(accountId),
    create: (key) => edits.create({ ...key, accountId }),
    revoke: (keyId) => edits.revoke(accountId, keyId, { keepsAdmin: true }),
  };
}
