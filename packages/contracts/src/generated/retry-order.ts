// Generated from schemas/retry-order.avsc by `npm run generate`. Do not edit.

/** What is to be done. */
export type RetryOrderKind = 'UNKNOWN' | 'FORWARD' | 'CANCEL';

/** What a person wants done with the deliveries that wait for one endpoint in the retry topics. Topic herald.retry-orders, key endpoint_id, compacted: the newest order of an endpoint is in force, those before it are not. */
export interface RetryOrder {
  /** Whose deliveries. */
  endpoint_id: string;
  /** The account of the endpoint. */
  account_id: string;
  /** To be attempted now, or given up, each with a dead letter. */
  kind: RetryOrderKind;
  /** Deliveries are meant that were put into a retry topic before this time, UTC. */
  ordered_at: number;
  /** Only these deliveries are meant; empty for all. */
  delivery_ids: Array<string>;
  /** Who gave the order, for people. */
  ordered_by: string;
}

export const retryOrderSchema = {
  "type": "record",
  "name": "RetryOrder",
  "namespace": "herald.configuration",
  "doc": "What a person wants done with the deliveries that wait for one endpoint in the retry topics. Topic herald.retry-orders, key endpoint_id, compacted: the newest order of an endpoint is in force, those before it are not.",
  "fields": [
    {
      "name": "endpoint_id",
      "type": "string",
      "doc": "Whose deliveries."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "The account of the endpoint."
    },
    {
      "name": "kind",
      "type": {
        "type": "enum",
        "name": "RetryOrderKind",
        "doc": "What is to be done.",
        "symbols": [
          "UNKNOWN",
          "FORWARD",
          "CANCEL"
        ],
        "default": "UNKNOWN"
      },
      "doc": "To be attempted now, or given up, each with a dead letter."
    },
    {
      "name": "ordered_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Deliveries are meant that were put into a retry topic before this time, UTC."
    },
    {
      "name": "delivery_ids",
      "type": {
        "type": "array",
        "items": "string"
      },
      "default": [],
      "doc": "Only these deliveries are meant; empty for all."
    },
    {
      "name": "ordered_by",
      "type": "string",
      "default": "",
      "doc": "Who gave the order, for people."
    }
  ]
} as const;
