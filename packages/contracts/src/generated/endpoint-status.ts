// Generated from schemas/endpoint-status.avsc by `npm run generate`. Do not edit.

/** Whether deliveries are attempted. */
export type EndpointState = 'UNKNOWN' | 'ACTIVE' | 'HELD' | 'CATCHING_UP';

/** The first held delivery of an ordered endpoint, when attempts of it have failed: it keeps its place in webhook.held, and its successors wait. */
export interface Head {
  /** The delivery. */
  delivery_id: string;
  /** Its place in webhook.held. */
  offset: number;
  /** Dispositions so far. */
  step: number;
  /** Requests made so far. */
  attempts: number;
  /** When it is attempted again, UTC. */
  due_at: number;
}

/** What the dispatcher decided about an endpoint. Topic herald.endpoint-status, key endpoint_id, compacted. Written by the owner of the endpoint's partition only. */
export interface EndpointStatus {
  /** The endpoint. */
  endpoint_id: string;
  /** Whether deliveries are attempted, kept, or being caught up. */
  state: EndpointState;
  /** Why it is held: gone (410), failing, secret_unreadable, … */
  reason: null | string;
  /** When it entered the state, UTC. */
  since: number;
  /** Revision of the configuration that the decision was taken under; a later revision by the owner lifts a hold. */
  config_revision: number;
  /** First failure without a success after it, UTC. */
  failing_since: null | number;
  /** Revision of the configuration that it has been failing under; a later revision by the owner starts afresh. */
  failing_revision: null | number;
  /** How long, in milliseconds, it had to be failing for the last warning that its owner got. */
  failing_warned_ms: null | number;
  /** Offset in webhook.held up to which its held deliveries are released; null when none of its deliveries is there. */
  released_to: null | number;
  /** When this record was written, UTC. */
  updated_at: number;
  /** Which of its held deliveries beyond released_to are released, as run lengths. */
  released_beyond: null | string;
  /** The delivery that its successors wait for; null when none has failed. */
  head: null | Head;
}

export const endpointStatusSchema = {
  "type": "record",
  "name": "EndpointStatus",
  "namespace": "herald.configuration",
  "doc": "What the dispatcher decided about an endpoint. Topic herald.endpoint-status, key endpoint_id, compacted. Written by the owner of the endpoint's partition only.",
  "fields": [
    {
      "name": "endpoint_id",
      "type": "string",
      "doc": "The endpoint."
    },
    {
      "name": "state",
      "type": {
        "type": "enum",
        "name": "EndpointState",
        "doc": "Whether deliveries are attempted.",
        "symbols": [
          "UNKNOWN",
          "ACTIVE",
          "HELD",
          "CATCHING_UP"
        ],
        "default": "UNKNOWN"
      },
      "doc": "Whether deliveries are attempted, kept, or being caught up."
    },
    {
      "name": "reason",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Why it is held: gone (410), failing, secret_unreadable, …"
    },
    {
      "name": "since",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it entered the state, UTC."
    },
    {
      "name": "config_revision",
      "type": "long",
      "default": -1,
      "doc": "Revision of the configuration that the decision was taken under; a later revision by the owner lifts a hold."
    },
    {
      "name": "failing_since",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "First failure without a success after it, UTC."
    },
    {
      "name": "failing_revision",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "Revision of the configuration that it has been failing under; a later revision by the owner starts afresh."
    },
    {
      "name": "failing_warned_ms",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "How long, in milliseconds, it had to be failing for the last warning that its owner got."
    },
    {
      "name": "released_to",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "Offset in webhook.held up to which its held deliveries are released; null when none of its deliveries is there."
    },
    {
      "name": "updated_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When this record was written, UTC."
    },
    {
      "name": "released_beyond",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Which of its held deliveries beyond released_to are released, as run lengths."
    },
    {
      "name": "head",
      "type": [
        "null",
        {
          "type": "record",
          "name": "Head",
          "doc": "The first held delivery of an ordered endpoint, when attempts of it have failed: it keeps its place in webhook.held, and its successors wait.",
          "fields": [
            {
              "name": "delivery_id",
              "type": "string",
              "doc": "The delivery."
            },
            {
              "name": "offset",
              "type": "long",
              "doc": "Its place in webhook.held."
            },
            {
              "name": "step",
              "type": "int",
              "doc": "Dispositions so far."
            },
            {
              "name": "attempts",
              "type": "int",
              "doc": "Requests made so far."
            },
            {
              "name": "due_at",
              "type": {
                "type": "long",
                "logicalType": "timestamp-millis"
              },
              "doc": "When it is attempted again, UTC."
            }
          ]
        }
      ],
      "default": null,
      "doc": "The delivery that its successors wait for; null when none has failed."
    }
  ]
} as const;
