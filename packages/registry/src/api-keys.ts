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
  makeApiKey,
  type NewApiKey,
  parseApiKey,
  type Verification,
  verifyApiKey,
} from './api-key.ts';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { createEditor } from './editor.ts';
import { createFencedLog } from './fenced-log.ts';
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
  | { kind: 'unavailable'; detail: string };

export type KeyRevoked =
  | { kind: 'revoked'; revision: number }
  /** The account has no such key. */
  | { kind: 'missing' }
  | { kind: 'unavailable'; detail: string };

export interface ApiKeyWriter {
  create(key: NewApiKey): Promise<KeyCreated>;
  /** A key that is revoked already stays as it is. */
  revoke(accountId: string, keyId: string): Promise<KeyRevoked>;
  close(): Promise<void>;
}

export interface ApiKeyWriterOptions {
  connection: KafkaConnection;
  source: SchemaSource;
  table: ApiKeyTable;
  /** For one edit, milliseconds; default 10,000. */
  timeoutMs?: number;
  now?: () => number;
}

export async function createApiKeyWriter(options: ApiKeyWriterOptions): Promise<ApiKeyWriter> {
  const { connection, source, table, timeoutMs = 10_000, now = Date.now } = options;
  const encoder = await createEncoder<avro.ApiKey>(source, SUBJECTS.apiKeys);
  const editor = createEditor<ApiKey>({
    log: createFencedLog({ connection, topic: TOPICS.apiKeys, timeoutMs: timeoutMs / 2 }),
    table,
    encode: (key) => encoder.encode(apiKeyRecordOf(key)),
    timeoutMs,
  });

  return {
    async create(asked) {
      const { text, key } = makeApiKey(asked, now());
      const edited = await editor.edit<never>(key.keyId, () => ({ write: key }));
      if (edited.kind !== 'written') return edited as Extract<KeyCreated, { kind: 'unavailable' }>;
      return { kind: 'created', text, info: infoOf(key), revision: edited.revision };
    },

    async revoke(accountId, keyId) {
      const edited = await editor.edit<KeyRevoked>(keyId, (current) => {
        if (current?.value.accountId !== accountId) return { refuse: { kind: 'missing' } };
        const { value, revision } = current;
        if (value.revokedAtMs !== undefined) return { refuse: { kind: 'revoked', revision } };
        return { write: { ...value, revokedAtMs: now() } };
      });
      if (edited.kind === 'refused') return edited.refusal;
      return edited.kind === 'written' ? { kind: 'revoked', revision: edited.revision } : edited;
    },

    close: () => editor.close(),
  };
}
