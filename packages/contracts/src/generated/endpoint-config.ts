// Generated from schemas/endpoint-config.avsc by `npm run generate`. Do not edit.

/** What is behind the endpoint. */
export type EndpointKind = 'UNKNOWN' | 'WEBHOOK' | 'TELEGRAM' | 'SLACK';

/** Shape of the body. */
export type PayloadFormat = 'UNKNOWN' | 'PUBLICATION' | 'UPLOAD_POST' | 'CLOUDEVENTS';

/** Which of the project's events the endpoint wants. */
export interface Subscription {
  /** Only these channels; empty means all. */
  channel_ids: Array<string>;
  /** Only these types; empty means all. */
  event_types: Array<string>;
  /** Only events whose message passes this filter, as JSON; null for no filter. */
  filter: null | string;
}

/** Whether the owner lets deliveries through. Paused and disabled endpoints hold theirs; nothing is routed to one that is off. */
export type ConfiguredState = 'UNKNOWN' | 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'OFF';

/** Standard Webhooks scheme: V1 is HMAC-SHA256, V1A is Ed25519. */
export type SigningScheme = 'UNKNOWN' | 'V1' | 'V1A';

/** One signing secret, sealed. During rotation both sign. */
export interface SigningSecret {
  /** Id of the secret, shown to the owner. */
  secret_id: string;
  /** How it signs. */
  scheme: SigningScheme;
  /** AES-256-GCM envelope of the secret: key id, nonce, ciphertext and tag. */
  sealed: Buffer;
  /** When it was made, UTC. */
  created_at: number;
  /** When it stops signing, UTC; null for the current one. */
  expires_at: null | number;
}

/** What order the endpoint asks for. */
export type Ordering = 'UNKNOWN' | 'NONE' | 'PUBLICATION';

/** What an ordered endpoint does when a delivery is given up that others wait for. */
export type OnDeadHead = 'UNKNOWN' | 'SKIP' | 'HOLD';

/** A chat of Telegram, and the bot that writes to it. */
export interface TelegramChat {
  /** A number, or the @name of a public channel. */
  chat_id: string;
  /** Token of the bot, sealed as a signing secret is; null where the installation's own bot writes. */
  sealed_token: null | Buffer;
}

/** An incoming webhook of Slack. */
export interface SlackWebhook {
  /** Its whole URL, sealed as a signing secret is: whoever has it may write to the channel. */
  sealed_url: Buffer;
}

/** Where messages go and by which rules, as the integrator set it. Topic herald.endpoints, key endpoint_id, compacted; a tombstone deletes. The record's offset is its revision. */
export interface EndpointConfig {
  /** Id of the endpoint. */
  endpoint_id: string;
  /** Account that owns it. */
  account_id: string;
  /** Project whose events it gets; * for all projects of the account. */
  project_id: string;
  /** Name for people. */
  name: string;
  /** What is behind the endpoint. */
  kind: EndpointKind;
  /** Where to POST. Of SLACK without its path, which is a credential; empty of TELEGRAM. */
  url: string;
  /** Shape of the body. */
  format: PayloadFormat;
  /** Which events it wants. */
  subscription: Subscription;
  /** Whether the owner lets deliveries through. */
  state: ConfiguredState;
  /** Secrets that sign its messages, the current one first. */
  secrets: Array<SigningSecret>;
  /** Retry tiers in order, one a retry; empty means the default schedule. */
  retry_schedule: Array<string>;
  /** Deadline of one attempt over connect, header fields and body, in milliseconds. */
  timeout_ms: number;
  /** Attempts under way at once. */
  max_concurrency: number;
  /** Attempts a second at most; null means no limit. */
  rate_limit_per_second: null | number;
  /** NONE, or PUBLICATION: the events of one publication arrive in order. */
  ordering: Ordering;
  /** With ordering: SKIP goes on with the successors of a delivery that was given up, HOLD holds the endpoint until its owner resumes it. */
  on_dead_head: OnDeadHead;
  /** Held deliveries that were put there before this time are cancelled, UTC; null to keep all. */
  held_skip_before: null | number;
  /** Additional header fields of its requests, names in lower case. */
  headers: Record<string, string>;
  /** When it was created, UTC. */
  created_at: number;
  /** When it was last changed, UTC. */
  updated_at: number;
  /** Of kind TELEGRAM, else null. */
  telegram: null | TelegramChat;
  /** Of kind SLACK, else null. */
  slack: null | SlackWebhook;
}

export const endpointConfigSchema = {
  "type": "record",
  "name": "EndpointConfig",
  "namespace": "herald.configuration",
  "doc": "Where messages go and by which rules, as the integrator set it. Topic herald.endpoints, key endpoint_id, compacted; a tombstone deletes. The record's offset is its revision.",
  "fields": [
    {
      "name": "endpoint_id",
      "type": "string",
      "doc": "Id of the endpoint."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Account that owns it."
    },
    {
      "name": "project_id",
      "type": "string",
      "doc": "Project whose events it gets; * for all projects of the account."
    },
    {
      "name": "name",
      "type": "string",
      "default": "",
      "doc": "Name for people."
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "EndpointKind",
        "doc": "What is behind the endpoint.",
        "symbols": [
          "UNKNOWN",
          "WEBHOOK",
          "TELEGRAM",
          "SLACK"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What is behind the endpoint."
    },
    {
      "name": "url",
      "type": "string",
      "doc": "Where to POST. Of SLACK without its path, which is a credential; empty of TELEGRAM."
    },
    {
      "name": "format",
      "type": {
        "type": "enum",
        "name": "PayloadFormat",
        "doc": "Shape of the body.",
        "symbols": [
          "UNKNOWN",
          "PUBLICATION",
          "UPLOAD_POST",
          "CLOUDEVENTS"
        ],
        "default": "UNKNOWN"
      },
      "doc": "Shape of the body."
    },
    {
      "name": "subscription",
      "type": {
        "type": "record",
        "name": "Subscription",
        "doc": "Which of the project's events the endpoint wants.",
        "fields": [
          {
            "name": "channel_ids",
            "type": {
              "type": "array",
              "items": "string"
            },
            "default": [],
            "doc": "Only these channels; empty means all."
          },
          {
            "name": "event_types",
            "type": {
              "type": "array",
              "items": "string"
            },
            "default": [],
            "doc": "Only these types; empty means all."
          },
          {
            "name": "filter",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Only events whose message passes this filter, as JSON; null for no filter."
          }
        ]
      },
      "doc": "Which events it wants."
    },
    {
      "name": "state",
      "type": {
        "type": "enum",
        "name": "ConfiguredState",
        "doc": "Whether the owner lets deliveries through. Paused and disabled endpoints hold theirs; nothing is routed to one that is off.",
        "symbols": [
          "UNKNOWN",
          "ACTIVE",
          "PAUSED",
          "DISABLED",
          "OFF"
        ],
        "default": "UNKNOWN"
      },
      "doc": "Whether the owner lets deliveries through."
    },
    {
      "name": "secrets",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "SigningSecret",
          "doc": "One signing secret, sealed. During rotation both sign.",
          "fields": [
            {
              "name": "secret_id",
              "type": "string",
              "doc": "Id of the secret, shown to the owner."
            },
            {
              "name": "scheme",
              "type": {
                "type": "enum",
                "name": "SigningScheme",
                "doc": "Standard Webhooks scheme: V1 is HMAC-SHA256, V1A is Ed25519.",
                "symbols": [
                  "UNKNOWN",
                  "V1",
                  "V1A"
                ],
                "default": "UNKNOWN"
              },
              "doc": "How it signs."
            },
            {
              "name": "sealed",
              "type": "bytes",
              "doc": "AES-256-GCM envelope of the secret: key id, nonce, ciphertext and tag."
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
              "doc": "When it stops signing, UTC; null for the current one."
            }
          ]
        }
      },
      "default": [],
      "doc": "Secrets that sign its messages, the current one first."
    },
    {
      "name": "retry_schedule",
      "type": {
        "type": "array",
        "items": "string"
      },
      "default": [],
      "doc": "Retry tiers in order, one a retry; empty means the default schedule."
    },
    {
      "name": "timeout_ms",
      "type": "int",
      "default": 15000,
      "doc": "Deadline of one attempt over connect, header fields and body, in milliseconds."
    },
    {
      "name": "max_concurrency",
      "type": "int",
      "default": 10,
      "doc": "Attempts under way at once."
    },
    {
      "name": "rate_limit_per_second",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "Attempts a second at most; null means no limit."
    },
    {
      "name": "ordering",
      "type": {
        "type": "enum",
        "name": "Ordering",
        "doc": "What order the endpoint asks for.",
        "symbols": [
          "UNKNOWN",
          "NONE",
          "PUBLICATION"
        ],
        "default": "UNKNOWN"
      },
      "default": "NONE",
      "doc": "NONE, or PUBLICATION: the events of one publication arrive in order."
    },
    {
      "name": "on_dead_head",
      "type": {
        "type": "enum",
        "name": "OnDeadHead",
        "doc": "What an ordered endpoint does when a delivery is given up that others wait for.",
        "symbols": [
          "UNKNOWN",
          "SKIP",
          "HOLD"
        ],
        "default": "UNKNOWN"
      },
      "default": "SKIP",
      "doc": "With ordering: SKIP goes on with the successors of a delivery that was given up, HOLD holds the endpoint until its owner resumes it."
    },
    {
      "name": "held_skip_before",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "Held deliveries that were put there before this time are cancelled, UTC; null to keep all."
    },
    {
      "name": "headers",
      "type": {
        "type": "map",
        "values": "string"
      },
      "default": {},
      "doc": "Additional header fields of its requests, names in lower case."
    },
    {
      "name": "created_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was created, UTC."
    },
    {
      "name": "updated_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was last changed, UTC."
    },
    {
      "name": "telegram",
      "type": [
        "null",
        {
          "type": "record",
          "name": "TelegramChat",
          "doc": "A chat of Telegram, and the bot that writes to it.",
          "fields": [
            {
              "name": "chat_id",
              "type": "string",
              "doc": "A number, or the @name of a public channel."
            },
            {
              "name": "sealed_token",
              "type": [
                "null",
                "bytes"
              ],
              "default": null,
              "doc": "Token of the bot, sealed as a signing secret is; null where the installation's own bot writes."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Of kind TELEGRAM, else null."
    },
    {
      "name": "slack",
      "type": [
        "null",
        {
          "type": "record",
          "name": "SlackWebhook",
          "doc": "An incoming webhook of Slack.",
          "fields": [
            {
              "name": "sealed_url",
              "type": "bytes",
              "doc": "Its whole URL, sealed as a signing secret is: whoever has it may write to the channel."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Of kind SLACK, else null."
    }
  ]
} as const;
