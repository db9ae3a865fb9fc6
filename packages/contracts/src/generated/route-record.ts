// Generated from schemas/route-record.avsc by `npm run generate`. Do not edit.

/** One endpoint that the event was matched to. */
export interface RoutedDelivery {
  /** The matched endpoint. */
  endpoint_id: string;
  /** UUIDv5 of event, endpoint and cause. */
  delivery_id: string;
}

/** What the route lane decided for one event; written after the event's deliveries are acknowledged. Topic webhook.routes, key event_id. */
export interface RouteRecord {
  /** The event that was routed. */
  event_id: string;
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
  /** When the event happened, UTC. */
  occurred_at: number;
  /** Topic the event was read from. */
  origin_topic: string;
  /** Partition the event was read from. */
  origin_partition: number;
  /** Offset the event was read from. */
  origin_offset: number;
  /** Revision (last applied offset) of the endpoint table that was matched; -1 where the table was empty. */
  config_revision: number;
  /** When the decision was taken, UTC. */
  routed_at: number;
  /** The matched endpoints; empty where no endpoint wanted the event. */
  deliveries: Array<RoutedDelivery>;
}

export const routeRecordSchema = {
  "type": "record",
  "name": "RouteRecord",
  "namespace": "herald.routing",
  "doc": "What the route lane decided for one event; written after the event's deliveries are acknowledged. Topic webhook.routes, key event_id.",
  "fields": [
    {
      "name": "event_id",
      "type": "string",
      "doc": "The event that was routed."
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
      "doc": "Topic the event was read from."
    },
    {
      "name": "origin_partition",
      "type": "int",
      "doc": "Partition the event was read from."
    },
    {
      "name": "origin_offset",
      "type": "long",
      "doc": "Offset the event was read from."
    },
    {
      "name": "config_revision",
      "type": "long",
      "doc": "Revision (last applied offset) of the endpoint table that was matched; -1 where the table was empty."
    },
    {
      "name": "routed_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When the decision was taken, UTC."
    },
    {
      "name": "deliveries",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "RoutedDelivery",
          "doc": "One endpoint that the event was matched to.",
          "fields": [
            {
              "name": "endpoint_id",
              "type": "string",
              "doc": "The matched endpoint."
            },
            {
              "name": "delivery_id",
              "type": "string",
              "doc": "UUIDv5 of event, endpoint and cause."
            }
          ]
        }
      },
      "doc": "The matched endpoints; empty where no endpoint wanted the event."
    }
  ]
} as const;
