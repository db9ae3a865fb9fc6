// Generated from schemas/endpoint-status.avsc by `npm run generate`. Do not edit.

/** Whether deliveries are attempted. */
export type EndpointState = 'UNKNOWN' | 'ACTIVE' | 'HELD' | 'CATCHING_UP';

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
  /** Offset in webhook.held up to which its held deliveries are released. */
  released_to: null | number;
  /** When this record was written, UTC. */
  updated_at: number;
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
      "doc": "Offset in webhook.held up to which its held deliveries are released."
    },
    {
      "name": "updated_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When this record was written, UTC."
    }
  ]
} as const;
