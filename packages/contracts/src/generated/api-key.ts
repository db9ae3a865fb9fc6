// Generated from schemas/api-key.avsc by `npm run generate`. Do not edit.

/** What the key may do. */
export type Role = 'UNKNOWN' | 'ADMIN' | 'WRITE' | 'READ';

/** One API key; the key itself is not kept. Topic herald.api-keys, key key_id, compacted; a tombstone deletes. */
export interface ApiKey {
  /** Public part of the key, by which it is found. */
  key_id: string;
  /** Account that the key opens. */
  account_id: string;
  /** Name for people. */
  name: string;
  /** What the key may do. */
  role: Role;
  /** SHA-256 of the key's secret part (256 random bits, so no slow hash is needed). */
  secret_hash: Buffer;
  /** When it was made, UTC. */
  created_at: number;
  /** When it stops working, UTC. */
  expires_at: null | number;
  /** When it was revoked, UTC. */
  revoked_at: null | number;
}

export const apiKeySchema = {
  "type": "record",
  "name": "ApiKey",
  "namespace": "herald.configuration",
  "doc": "One API key; the key itself is not kept. Topic herald.api-keys, key key_id, compacted; a tombstone deletes.",
  "fields": [
    {
      "name": "key_id",
      "type": "string",
      "doc": "Public part of the key, by which it is found."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Account that the key opens."
    },
    {
      "name": "name",
      "type": "string",
      "default": "",
      "doc": "Name for people."
    },
    {
      "name": "role",
      "type": {
        "type": "enum",
        "name": "Role",
        "doc": "What the key may do.",
        "symbols": [
          "UNKNOWN",
          "ADMIN",
          "WRITE",
          "READ"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What the key may do."
    },
    {
      "name": "secret_hash",
      "type": "bytes",
      "doc": "SHA-256 of the key's secret part (256 random bits, so no slow hash is needed)."
    },
    {
      "name": "created_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was made, UTC."
    },
    {
      "name": "expires_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When it stops working, UTC."
    },
    {
      "name": "revoked_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When it was revoked, UTC."
    }
  ]
} as const;
