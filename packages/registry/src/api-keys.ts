import type { SchemaSource } from '@herald/contracts/schema-registry';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { TableOptions } from './endpoint-table.ts';

export type Role = 'admin' | 'write' | 'read';

/** What may be shown of a key. */
export interface ApiKeyInfo {
  keyId: string;
  /** How the key's text begins. */
  prefix: string;
  accountId: string;
  name: string;
  role: Role;
  createdAtMs: number;
  expiresAtMs: number | undefined;
  revokedAtMs: number | undefined;
}

export type Verification =
  | { ok: true; accountId: string; role: Role; keyId: string }
  | { ok: false; reason: 'malformed' | 'unknown' | 'expired' | 'revoked' };

export interface ApiKeyTable {
  /** Whose key the text `hk_<keyId>_<secret>` is. Secrets are compared in constant time. */
  verify(text: string): Verification;
  list(accountId: string): ApiKeyInfo[];
  readonly revision: number;
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

export declare function openApiKeyTable(options: TableOptions): Promise<ApiKeyTable>;

export interface NewApiKey {
  accountId: string;
  name: string;
  role: Role;
  expiresAtMs?: number;
}

export interface ApiKeyWriter {
  /** `text` is the key itself: it is kept nowhere and cannot be shown again. */
  create(key: NewApiKey): Promise<{ text: string; info: ApiKeyInfo; revision: number }>;
  close(): Promise<void>;
}

export declare function createApiKeyWriter(options: {
  connection: KafkaConnection;
  source: SchemaSource;
}): Promise<ApiKeyWriter>;
