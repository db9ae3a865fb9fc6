// Generated from schemas/delivery-attempt.avsc by `npm run generate`. Do not edit.

/** What became of the delivery at this step. */
export type Disposition = 'UNKNOWN' | 'ATTEMPTED' | 'PARKED' | 'HELD' | 'RELEASED' | 'DEAD' | 'CANCELLED' | 'FENCED' | 'EXPIRED';

/** What Herald decided. NONE where the delivery is only moved (parked, released, fenced). */
export type Verdict = 'UNKNOWN' | 'NONE' | 'DELIVERED' | 'RETRY' | 'DEAD' | 'HOLD';

/** The request as it was sent, secrets left out. */
export interface AttemptRequest {
  /** HTTP method. */
  method: string;
  /** URL, credentials redacted. */
  url: string;
  /** Header fields, names in lower case. */
  headers: Record<string, string>;
  /** Exact bytes of the body. */
  body: Buffer;
}

/** The server's answer, as far as it was read. */
export interface AttemptResponse {
  /** HTTP status. */
  status: number;
  /** Header fields, names in lower case, repeated ones joined by a comma. */
  headers: Record<string, string>;
  /** The first 16 KiB of the body. */
  body: Buffer;
  /** Whether the body went on. */
  body_truncated: boolean;
}

/** One disposition of a delivery: an attempt with its request and response, or a decision without one. Topic webhook.attempts, key endpoint_id. */
export interface DeliveryAttempt {
  /** Unique id of this disposition, a UUID; it identifies one POST, so a re-inserted row collapses. */
  attempt_id: string;
  /** The delivery: UUIDv5 of event, endpoint and cause. */
  delivery_id: string;
  /** The event to be delivered. */
  event_id: string;
  /** The endpoint it is for. */
  endpoint_id: string;
  /** Account of the event. */
  account_id: string;
  /** Project of the event. */
  project_id: string;
  /** Channel of the event. */
  channel_id: string;
  /** Publication of the event. */
  publication_id: string;
  /** publication.published, publication.failed or publication.deleted. */
  event_type: string;
  /** Why the delivery exists: event, test or replay:<id>. */
  cause: string;
  /** How many dispositions the delivery had before this one. */
  step: number;
  /** Number of requests made so far, this one included; from 1. 0 where none was made. */
  attempt_number: number;
  /** Kind of this record. */
  disposition: Disposition;
  /** The decision taken from the outcome. */
  verdict: Verdict;
  /** Why: the reason of a dead, hold, parked or cancelled disposition. */
  reason: null | string;
  /** What happened on the wire: response, or the kind of a typed error (timeout, dns, refused, reset, tls, blocked_address, body_too_large, …). Null where no request was made. */
  outcome: null | string;
  /** The typed error in words. */
  error_message: null | string;
  /** When the next attempt is due, UTC; null where there is none. */
  next_attempt_at: null | number;
  /** Retry tier that the delivery was sent to. */
  retry_tier: null | string;
  /** Null where no request was made. */
  request: null | AttemptRequest;
  /** Null where no answer came. */
  response: null | AttemptResponse;
  /** Address that was connected to. */
  remote_address: null | string;
  /** When the request, or the decision, began, UTC. */
  started_at: number;
  /** From start to the end of the answer, in milliseconds. */
  duration_ms: number;
  /** From start to the answer's header fields, in milliseconds. */
  first_byte_ms: null | number;
  /** How long the name took to resolve, in milliseconds. Null where no connection was opened for the request, or the URL has an address. */
  dns_ms: null | number;
  /** How long the TCP connection took to open, in milliseconds. Null where none was opened for the request. */
  connect_ms: null | number;
  /** How long the TLS handshake took, in milliseconds. Null where none was made for the request. */
  tls_ms: null | number;
  /** When the event happened, UTC. */
  occurred_at: number;
  /** Topic of the event. */
  origin_topic: string;
  /** Partition of the event. */
  origin_partition: number;
  /** Offset of the event. */
  origin_offset: number;
  /** Topic that the delivery was read from. */
  delivery_topic: string;
  /** Partition that the delivery was read from. */
  delivery_partition: number;
  /** Offset that the delivery was read from. */
  delivery_offset: number;
  /** Revision of the endpoint's configuration that was used; -1 where none was. */
  config_revision: number;
  /** Instance that made the record. */
  dispatcher_id: string;
}

export const deliveryAttemptSchema = {
  "type": "record",
  "name": "DeliveryAttempt",
  "namespace": "herald.delivery",
  "doc": "One disposition of a delivery: an attempt with its request and response, or a decision without one. Topic webhook.attempts, key endpoint_id.",
  "fields": [
    {
      "name": "attempt_id",
      "type": "string",
      "doc": "Unique id of this disposition, a UUID; it identifies one POST, so a re-inserted row collapses."
    },
    {
      "name": "delivery_id",
      "type": "string",
      "doc": "The delivery: UUIDv5 of event, endpoint and cause."
    },
    {
      "name": "event_id",
      "type": "string",
      "doc": "The event to be delivered."
    },
    {
      "name": "endpoint_id",
      "type": "string",
      "doc": "The endpoint it is for."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Account of the event."
    },
    {
      "name": "project_id",
      "type": "string",
      "doc": "Project of the event."
    },
    {
      "name": "channel_id",
      "type": "string",
      "doc": "Channel of the event."
    },
    {
      "name": "publication_id",
      "type": "string",
      "doc": "Publication of the event."
    },
    {
      "name": "event_type",
      "type": "string",
      "doc": "publication.published, publication.failed or publication.deleted."
    },
    {
      "name": "cause",
      "type": "string",
      "doc": "Why the delivery exists: event, test or replay:<id>."
    },
    {
      "name": "step",
      "type": "int",
      "doc": "How many dispositions the delivery had before this one."
    },
    {
      "name": "attempt_number",
      "type": "int",
      "doc": "Number of requests made so far, this one included; from 1. 0 where none was made."
    },
    {
      "name": "disposition",
      "type": {
        "type": "enum",
        "name": "Disposition",
        "doc": "What became of the delivery at this step.",
        "symbols": [
          "UNKNOWN",
          "ATTEMPTED",
          "PARKED",
          "HELD",
          "RELEASED",
          "DEAD",
          "CANCELLED",
          "FENCED",
          "EXPIRED"
        ],
        "default": "UNKNOWN"
      },
      "doc": "Kind of this record."
    },
    {
      "name": "verdict",
      "type": {
        "type": "enum",
        "name": "Verdict",
        "doc": "What Herald decided. NONE where the delivery is only moved (parked, released, fenced).",
        "symbols": [
          "UNKNOWN",
          "NONE",
          "DELIVERED",
          "RETRY",
          "DEAD",
          "HOLD"
        ],
        "default": "UNKNOWN"
      },
      "doc": "The decision taken from the outcome."
    },
    {
      "name": "reason",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Why: the reason of a dead, hold, parked or cancelled disposition."
    },
    {
      "name": "outcome",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "What happened on the wire: response, or the kind of a typed error (timeout, dns, refused, reset, tls, blocked_address, body_too_large, …). Null where no request was made."
    },
    {
      "name": "error_message",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The typed error in words."
    },
    {
      "name": "next_attempt_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When the next attempt is due, UTC; null where there is none."
    },
    {
      "name": "retry_tier",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Retry tier that the delivery was sent to."
    },
    {
      "name": "request",
      "type": [
        "null",
        {
          "type": "record",
          "name": "AttemptRequest",
          "doc": "The request as it was sent, secrets left out.",
          "fields": [
            {
              "name": "method",
              "type": "string",
              "doc": "HTTP method."
            },
            {
              "name": "url",
              "type": "string",
              "doc": "URL, credentials redacted."
            },
            {
              "name": "headers",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "Header fields, names in lower case."
            },
            {
              "name": "body",
              "type": "bytes",
              "doc": "Exact bytes of the body."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Null where no request was made."
    },
    {
      "name": "response",
      "type": [
        "null",
        {
          "type": "record",
          "name": "AttemptResponse",
          "doc": "The server's answer, as far as it was read.",
          "fields": [
            {
              "name": "status",
              "type": "int",
              "doc": "HTTP status."
            },
            {
              "name": "headers",
              "type": {
                "type": "map",
                "values": "string"
              },
              "doc": "Header fields, names in lower case, repeated ones joined by a comma."
            },
            {
              "name": "body",
              "type": "bytes",
              "doc": "The first 16 KiB of the body."
            },
            {
              "name": "body_truncated",
              "type": "boolean",
              "doc": "Whether the body went on."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Null where no answer came."
    },
    {
      "name": "remote_address",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Address that was connected to."
    },
    {
      "name": "started_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When the request, or the decision, began, UTC."
    },
    {
      "name": "duration_ms",
      "type": "double",
      "default": 0,
      "doc": "From start to the end of the answer, in milliseconds."
    },
    {
      "name": "first_byte_ms",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "From start to the answer's header fields, in milliseconds."
    },
    {
      "name": "dns_ms",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "How long the name took to resolve, in milliseconds. Null where no connection was opened for the request, or the URL has an address."
    },
    {
      "name": "connect_ms",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "How long the TCP connection took to open, in milliseconds. Null where none was opened for the request."
    },
    {
      "name": "tls_ms",
      "type": [
        "null",
        "double"
      ],
      "default": null,
      "doc": "How long the TLS handshake took, in milliseconds. Null where none was made for the request."
    },
    {
      "name": "occurred_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When the event happened, UTC."
    },
    {
      "name": "origin_topic",
      "type": "string",
      "doc": "Topic of the event."
    },
    {
      "name": "origin_partition",
      "type": "int",
      "doc": "Partition of the event."
    },
    {
      "name": "origin_offset",
      "type": "long",
      "doc": "Offset of the event."
    },
    {
      "name": "delivery_topic",
      "type": "string",
      "doc": "Topic that the delivery was read from."
    },
    {
      "name": "delivery_partition",
      "type": "int",
      "doc": "Partition that the delivery was read from."
    },
    {
      "name": "delivery_offset",
      "type": "long",
      "doc": "Offset that the delivery was read from."
    },
    {
      "name": "config_revision",
      "type": "long",
      "doc": "Revision of the endpoint's configuration that was used; -1 where none was."
    },
    {
      "name": "dispatcher_id",
      "type": "string",
      "doc": "Instance that made the record."
    }
  ]
} as const;
