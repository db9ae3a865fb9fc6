// Generated from schemas/replay-progress.avsc by `npm run generate`. Do not edit.

/** Where it stands. */
export type ReplayState = 'UNKNOWN' | 'PLANNING' | 'PLANNED' | 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

/** What is read of one partition, frozen when the plan began; half open. */
export interface SourceRange {
  /** The partition. */
  partition: number;
  /** First offset that was there. */
  from: number;
  /** Offset after the last. */
  to: number;
  /** Next offset that the plan reads. */
  planned_to: number;
  /** Next offset that is replayed. */
  position: number;
  /** Deliveries that the plan counted. */
  to_send: number;
  /** Deliveries sent. */
  sent: number;
}

/** How far the history was walked, by the time of the event and then by delivery. */
export interface HistoryPosition {
  /** Deliveries count as they stood then, UTC. */
  as_of: number;
  /** Event time of the delivery that the plan read last; null before the first, UTC. */
  planned_occurred_at: null | number;
  /** The delivery that the plan read last; null before the first. */
  planned_delivery_id: null | string;
  /** Event time of the delivery that was replayed last; null before the first, UTC. */
  occurred_at: null | number;
  /** The delivery that was replayed last; null before the first. */
  delivery_id: null | string;
}

/** Offsets that were asked for and are gone, half open. */
export interface ExpiredRange {
  /** The partition. */
  partition: number;
  /** First offset. */
  from: number;
  /** Offset after the last. */
  to: number;
}

/** Counts of one pass over the source. */
export interface Tally {
  /** Records of the account that were looked at. */
  scanned: number;
  /** Deliveries that the filter lets through: those sent and those skipped. */
  matched: number;
  /** Deliveries that are sent. */
  sent: number;
  /** Deliveries that are left out, by reason. */
  skipped: Record<string, number>;
}

/** Counts of one endpoint. */
export interface EndpointTally {
  /** The endpoint; empty for all that are beyond those named. */
  endpoint_id: string;
  /** Deliveries that the plan counted. */
  to_send: number;
  /** Deliveries sent. */
  sent: number;
}

/** One of the deliveries that the plan found. */
export interface Sample {
  /** The event. */
  event_id: string;
  /** Where it goes. */
  endpoint_id: string;
  /** The publication. */
  publication_id: string;
  /** Type of the event. */
  event_type: string;
  /** When it happened, UTC. */
  occurred_at: number;
}

/** How far a replay is. Topic herald.replay-progress, key replay_id, compacted. Written by the replayer that owns it only, after the sends that it tells of are acknowledged. */
export interface ReplayProgress {
  /** The replay. */
  replay_id: string;
  /** Whose replay it is. */
  account_id: string;
  /** The replayer that works on it, by an id of one term: a former owner sees another one here and writes nothing. */
  owner: string;
  /** Where it stands. */
  state: ReplayState;
  /** What it waits for meanwhile, as: the history cannot be read. */
  waiting_for: null | string;
  /** Why it failed. */
  error: null | string;
  /** Partitions of a topic source; empty for the history. */
  ranges: Array<SourceRange>;
  /** Position in the history; null for a topic source. */
  history: null | HistoryPosition;
  /** What was asked for and is gone; neighbouring ranges are one. */
  expired: Array<ExpiredRange>;
  /** What the plan counted. */
  planned: Tally;
  /** What was done so far. */
  done: Tally;
  /** The first 500 endpoints that something goes to, and the sum of the others. */
  endpoints: Array<EndpointTally>;
  /** The first 10 deliveries that the plan found. */
  samples: Array<Sample>;
  /** When planning began, UTC. */
  started_at: number;
  /** When the plan was ready, UTC. */
  planned_at: null | number;
  /** When it was completed, cancelled or failed, UTC. */
  finished_at: null | number;
  /** When this record was written, UTC. */
  updated_at: number;
}

export const replayProgressSchema = {
  "type": "record",
  "name": "ReplayProgress",
  "namespace": "herald.replay",
  "doc": "How far a replay is. Topic herald.replay-progress, key replay_id, compacted. Written by the replayer that owns it only, after the sends that it tells of are acknowledged.",
  "fields": [
    {
      "name": "replay_id",
      "type": "string",
      "doc": "The replay."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Whose replay it is."
    },
    {
      "name": "owner",
      "type": "string",
      "doc": "The replayer that works on it, by an id of one term: a former owner sees another one here and writes nothing."
    },
    {
      "name": "state",
      "type": {
        "type": "enum",
        "name": "ReplayState",
        "doc": "Where it stands.",
        "symbols": [
          "UNKNOWN",
          "PLANNING",
          "PLANNED",
          "RUNNING",
          "PAUSED",
          "COMPLETED",
          "CANCELLED",
          "FAILED"
        ],
        "default": "UNKNOWN"
      },
      "doc": "Where it stands."
    },
    {
      "name": "waiting_for",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "What it waits for meanwhile, as: the history cannot be read."
    },
    {
      "name": "error",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Why it failed."
    },
    {
      "name": "ranges",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "SourceRange",
          "doc": "What is read of one partition, frozen when the plan began; half open.",
          "fields": [
            {
              "name": "partition",
              "type": "int",
              "doc": "The partition."
            },
            {
              "name": "from",
              "type": "long",
              "doc": "First offset that was there."
            },
            {
              "name": "to",
              "type": "long",
              "doc": "Offset after the last."
            },
            {
              "name": "planned_to",
              "type": "long",
              "doc": "Next offset that the plan reads."
            },
            {
              "name": "position",
              "type": "long",
              "doc": "Next offset that is replayed."
            },
            {
              "name": "to_send",
              "type": "long",
              "doc": "Deliveries that the plan counted."
            },
            {
              "name": "sent",
              "type": "long",
              "doc": "Deliveries sent."
            }
          ]
        }
      },
      "doc": "Partitions of a topic source; empty for the history."
    },
    {
      "name": "history",
      "type": [
        "null",
        {
          "type": "record",
          "name": "HistoryPosition",
          "doc": "How far the history was walked, by the time of the event and then by delivery.",
          "fields": [
            {
              "name": "as_of",
              "type": {
                "type": "long",
                "logicalType": "timestamp-millis"
              },
              "doc": "Deliveries count as they stood then, UTC."
            },
            {
              "name": "planned_occurred_at",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Event time of the delivery that the plan read last; null before the first, UTC."
            },
            {
              "name": "planned_delivery_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The delivery that the plan read last; null before the first."
            },
            {
              "name": "occurred_at",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Event time of the delivery that was replayed last; null before the first, UTC."
            },
            {
              "name": "delivery_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The delivery that was replayed last; null before the first."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Position in the history; null for a topic source."
    },
    {
      "name": "expired",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "ExpiredRange",
          "doc": "Offsets that were asked for and are gone, half open.",
          "fields": [
            {
              "name": "partition",
              "type": "int",
              "doc": "The partition."
            },
            {
              "name": "from",
              "type": "long",
              "doc": "First offset."
            },
            {
              "name": "to",
              "type": "long",
              "doc": "Offset after the last."
            }
          ]
        }
      },
      "doc": "What was asked for and is gone; neighbouring ranges are one."
    },
    {
      "name": "planned",
      "type": {
        "type": "record",
        "name": "Tally",
        "doc": "Counts of one pass over the source.",
        "fields": [
          {
            "name": "scanned",
            "type": "long",
            "doc": "Records of the account that were looked at."
          },
          {
            "name": "matched",
            "type": "long",
            "doc": "Deliveries that the filter lets through: those sent and those skipped."
          },
          {
            "name": "sent",
            "type": "long",
            "doc": "Deliveries that are sent."
          },
          {
            "name": "skipped",
            "type": {
              "type": "map",
              "values": "long"
            },
            "doc": "Deliveries that are left out, by reason."
          }
        ]
      },
      "doc": "What the plan counted."
    },
    {
      "name": "done",
      "type": "Tally",
      "doc": "What was done so far."
    },
    {
      "name": "endpoints",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "EndpointTally",
          "doc": "Counts of one endpoint.",
          "fields": [
            {
              "name": "endpoint_id",
              "type": "string",
              "doc": "The endpoint; empty for all that are beyond those named."
            },
            {
              "name": "to_send",
              "type": "long",
              "doc": "Deliveries that the plan counted."
            },
            {
              "name": "sent",
              "type": "long",
              "doc": "Deliveries sent."
            }
          ]
        }
      },
      "doc": "The first 500 endpoints that something goes to, and the sum of the others."
    },
    {
      "name": "samples",
      "type": {
        "type": "array",
        "items": {
          "type": "record",
          "name": "Sample",
          "doc": "One of the deliveries that the plan found.",
          "fields": [
            {
              "name": "event_id",
              "type": "string",
              "doc": "The event."
            },
            {
              "name": "endpoint_id",
              "type": "string",
              "doc": "Where it goes."
            },
            {
              "name": "publication_id",
              "type": "string",
              "doc": "The publication."
            },
            {
              "name": "event_type",
              "type": "string",
              "doc": "Type of the event."
            },
            {
              "name": "occurred_at",
              "type": {
                "type": "long",
                "logicalType": "timestamp-millis"
              },
              "doc": "When it happened, UTC."
            }
          ]
        }
      },
      "doc": "The first 10 deliveries that the plan found."
    },
    {
      "name": "started_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When planning began, UTC."
    },
    {
      "name": "planned_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When the plan was ready, UTC."
    },
    {
      "name": "finished_at",
      "type": [
        "null",
        {
          "type": "long",
          "logicalType": "timestamp-millis"
        }
      ],
      "default": null,
      "doc": "When it was completed, cancelled or failed, UTC."
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
