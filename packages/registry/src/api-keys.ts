import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/api-key';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import type { TableEntry } from '@herald/kafka/compacted-table';
import type { KafkaConnection } from '@herald/kafka/connection';
import {
  type ApiKey,
  type ApiKeyInfo,
  apiKeyRecordOf,
  infoOf,
  isValid,
  makeApiKey,
  type NewApiKey,
  parseApiKey,
  type Verification,
  verifyApiKey,
} from './api-key.ts';
import { editEntry } from './audit/edit-entry.ts';
import type { Asker, AuditAction } from './audit/entry.ts';
import type { AuditLog } from './audit/log.ts';
import { shownApiKey } from './audit/shown.ts';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { createEditor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';
import type { Decision } from './round.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.api-keys`. */
export interface ApiKeyTable {
  /** Whose key the text `hk_<keyId>_<secret>` is. Secrets are compared in constant time. */
  verify(text: string): Verification;
  get(keyId: string): TableEntry<ApiKey> | undefined;
  list(accountId: string): ApiKeyInfo[];
  readonly revision: number;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openApiKeyTable(options: TableOptions & { now?: () => number }): Promise<ApiKeyTable> {
  const { now = Date.now } = options;
  const table = await openConfigurationTable<avro.ApiKey, ApiKey>(options, {
    topic: TOPICS.apiKeys,
    subjectSchema: SUBJECTS.apiKeys,
    parse: parseApiKey,
  });
  return {
    verify: (text) => verifyApiKey(text, (keyId) => table.get(keyId)?.value, now()),
    get: table.get,
    list: (accountId) =>
      [...table.entries()]
        .filter(([, { value }]) => value.accountId === accountId)
        .map(([, { value }]) => infoOf(value)),
    get revision() {
      return table.revision;
    },
    waitForRevision: table.waitForRevision,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

export type KeyCreated =
  /** `text` is the key itself: it is kept nowhere and cannot be shown again. */
  | { kind: 'created'; text: string; info: ApiKeyInfo; revision: number }
  /** The account has as many keys that open something as it may. Nothing was written. */
  | { kind: 'too_many'; limit: number }
  | { kind: 'unavailable'; detail: string };

export type KeyRevoked =
  | { kind: 'revoked'; info: ApiKeyInfo; revision: number }
  /** The account has no such key. */
  | { kind: 'missing' }
  /** Nobody could make a key for the account any more, but for an operator. Nothing was written. */
  | { kind: 'last_admin' }
  | { kind: 'unavailable'; detail: string };

export interface ApiKeyWriter {
  as(asker: Asker): ApiKeyEdits;
  /** Waits for the edits under way. */
  close(): Promise<void>;
}

/** Edits in the name of who asks for them. */
export interface ApiKeyEdits {
  create(key: NewApiKey): Promise<KeyCreated>;
  /**
   * A key that is revoked already stays as it is. With `keepsAdmin` the account's last key of the role admin that
   * opens anything is not revoked.
   */
  revoke(accountId: string, keyId: string, rule?: { keepsAdmin: boolean }): Promise<KeyRevoked>;
}

export interface ApiKeyWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: ApiKeyTable;
  audit: AuditLog;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
  now?: () => number;
}

/** Keys of one account that are neither revoked nor expired: every service has all keys in memory. */
export const MAX_KEYS_PER_ACCOUNT = 1_000;

export async function createApiKeyWriter(options: ApiKeyWriterOptions): Promise<ApiKeyWriter> {
  const { connection, source, table, audit, timeoutMs = 10_000, now = Date.now } = options;
  const encoder = await createEncoder<avro.ApiKey>(source, SUBJECTS.apiKeys);
  const editor = createEditor<ApiKey>({
    log: createFencedLog({ connection, topic: TOPICS.apiKeys, timeoutMs: timeoutMs / 2 }),
    table,
    encode: (key) => encoder.encode(apiKeyRecordOf(key)),
    audit,
    timeoutMs,
    now,
  });

  return { as: editsOf, close: () => editor.close() };

  function editsOf(asker: Asker): ApiKeyEdits {
    const audited = (keyId: string, action: AuditAction) =>
      editEntry(asker, action, { kind: 'api_key', id: keyId }, shownApiKey);

    return {
      async create(wanted) {
        const { text, key } = makeApiKey(wanted, now());
        const edited = await editor.edit<KeyCreated>(
          key.keyId,
          () => (validKeys(key.accountId).length >= MAX_KEYS_PER_ACCOUNT ? TOO_MANY : { write: key }),
          audited(key.keyId, 'api_key.created'),
          key.accountId,
        );
        if (edited.kind === 'refused') return edited.refusal;
        return edited.kind === 'written'
          ? { kind: 'created', text, info: infoOf(key), revision: edited.revision }
          : edited;
      },

      async revoke(accountId, keyId, { keepsAdmin } = { keepsAdmin: false }) {
        let info: ApiKeyInfo | undefined;
        const decide = (current: TableEntry<ApiKey> | undefined): Decision<ApiKey, KeyRevoked> => {
          if (current?.value.accountId !== accountId) return { refuse: { kind: 'missing' } };
          const { value, revision } = current;
          if (value.revokedAtMs !== undefined) {
            return { refuse: { kind: 'revoked', info: infoOf(value), revision } };
          }
          if (keepsAdmin && isLastAdmin(value)) return { refuse: { kind: 'last_admin' } };
          const revoked = { ...value, revokedAtMs: now() };
          info = infoOf(revoked);
          return { write: revoked };
        };
        const edited = await editor.edit(keyId, decide, audited(keyId, 'api_key.revoked'), accountId);
        if (edited.kind === 'refused') return edited.refusal;
        return edited.kind === 'written'
          ? { kind: 'revoked', info: info as ApiKeyInfo, revision: edited.revision }
          : edited;
      },
    };
  }

  function validKeys(accountId: string): ApiKeyInfo[] {
    const nowMs = now();
    return table.list(accountId).filter((info) => isValid(info, nowMs));
  }

  function isLastAdmin({ accountId, keyId }: ApiKey): boolean {
    const admins = validKeys(accountId).filter(({ role }) => role === 'admin');
    return admins.length === 1 && admins[0]?.keyId === keyId;
  }
}

const TOO_MANY: { refuse: KeyCreated } = { refuse: { kind: 'too_many', limit: MAX_KEYS_PER_ACCOUNT } };
