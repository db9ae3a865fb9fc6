// Generated from schemas/portal-link.avsc by `npm run generate`. Do not edit.

/** What the session may do. */
export type PortalRole = 'UNKNOWN' | 'WRITE' | 'READ';

/** One link into the portal, and the one session that may be made from it; the link's token itself is not kept. Topic herald.portal-links, key link_id, compacted; a tombstone ends it and its session. */
export interface PortalLink {
  /** Public part of the token, by which the link is found. */
  link_id: string;
  /** Account that the session is of. */
  account_id: string;
  /** Name for people. */
  name: string;
  /** SHA-256 of the token's secret part (256 random bits, so no slow hash is needed). */
  token_hash: Buffer;
  /** What the session may do. */
  role: PortalRole;
  /** Projects that the session is limited to; null for none. */
  project_ids: null | Array<string>;
  /** Channels that the session is limited to; null for none. */
  channel_ids: null | Array<string>;
  /** Of versions in which a session could make links: the link that the session was from. Null since; such a link opens nothing. */
  parent_link_id: null | string;
  /** The API key that made it: when that is revoked or expires, the link and its session end. Without one it opens nothing. */
  made_by_key_id: null | string;
  /** When it was made, UTC. */
  created_at: number;
  /** Until when it may be exchanged for a session, UTC. */
  expires_at: number;
  /** How long the session lasts from the exchange. */
  session_seconds: number;
  /** The session that it was exchanged for; null until then. */
  session_id: null | string;
  /** When that session ends, UTC. */
  session_expires_at: null | number;
}

export const portalLinkSchema = {
  "type": "record",
  "name": "PortalLink",
  "namespace": "herald.configuration",
  "doc": "One link into the portal, and the one session that may be made from it; the link's token itself is not kept. Topic herald.portal-links, key link_id, compacted; a tombstone ends it and its session.",
  "fields": [
    {
      "name": "link_id",
      "type": "string",
      "doc": "Public part of the token, by which the link is found."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Account that the session is of."
    },
    {
      "name": "name",
      "type": "string",
      "default": "",
      "doc": "Name for people."
    },
    {
      "name": "token_hash",
      "type": "bytes",
      "doc": "SHA-256 of the token's secret part (256 random bits, so no slow hash is needed)."
    },
    {
      "name": "role",
      "type": {
        "type": "enum",
        "name": "PortalRole",
        "doc": "What the session may do.",
        "symbols": [
          "UNKNOWN",
          "WRITE",
          "READ"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What the session may do."
    },
    {
      "name": "project_ids",
      "type": [
        "null",
        {
          "type": "array",
          "items": "string"
        }
      ],
      "default": null,
      "doc": "Projects that the session is limited to; null for none."
    },
    {
      "name": "channel_ids",
      "type": [
        "null",
        {
          "type": "array",
          "items": "string"
        }
      ],
      "default": null,
      "doc": "Channels that the session is limited to; null for none."
    },
    {
      "name": "parent_link_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Of versions in which a session could make links: the link that the session was from. Null since; such a link opens nothing."
    },
    {
      "name": "made_by_key_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The API key that made it: when that is revoked or expires, the link and its session end. Without one it opens nothing."
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
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Until when it may be exchanged for a session, UTC."
    },
    {
      "name": "session_seconds",
      "type": "int",
      "doc": "How long the session lasts from the exchange."
    },
    {
      "name": "session_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The session that it was exchanged for; null until then."
    },
    {
      "name": "session_expires_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When that session ends, UTC."
    }
  ]
} as const;
