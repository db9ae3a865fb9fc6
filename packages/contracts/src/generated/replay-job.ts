// Generated from schemas/replay-job.avsc by `npm run generate`. Do not edit.

/** What its owner wants of it. */
export type WantedState = 'UNKNOWN' | 'RUNNING' | 'PAUSED' | 'CANCELLED';

/** Offsets of one partition, half open. */
export interface AskedRange {
  /** The partition. */
  partition: number;
  /** First offset. */
  from: number;
  /** Offset after the last; null for the end of the partition when the replay is planned. */
  to: null | number;
}

/** Records of one topic. */
export interface TopicSource {
  /** Name of the topic. */
  topic: string;
  /** Which offsets; empty where times say it, or where everything is asked for that is retained. */
  ranges: Array<AskedRange>;
  /** Records that Kafka took at this time or later, UTC. */
  from_time: null | number;
  /** Records that Kafka took before this time, UTC. */
  to_time: null | number;
}

/** Deliveries as they stood when the replay was created. */
export interface HistorySource {
  /** States of a delivery; empty for any. */
  states: Array<string>;
  /** HTTP statuses of the last answer; empty for any. */
  last_statuses: Array<number>;
  /** Events that happened at this time or later, UTC. */
  from_time: null | number;
  /** Events that happened before this time, UTC. */
  to_time: null | number;
}

/** What of the source is replayed. An empty list asks for nothing in particular. */
export interface ReplayFilter {
  /** Of this project. */
  project_id: null | string;
  /** Deliveries to these endpoints. */
  endpoint_ids: Array<string>;
  /** Of these channels. */
  channel_ids: Array<string>;
  /** Of these types, as publication.failed. */
  event_types: Array<string>;
  /** Of these publications. */
  publication_ids: Array<string>;
  /** These events. */
  event_ids: Array<string>;
  /** Dead or held for these reasons. */
  reasons: Array<string>;
}

/** What is asked of a replay. Topic herald.replays, key replay_id, compacted. Written by the api only. */
export interface ReplayJob {
  /** The replay; its deliveries have the cause replay:<replay_id>. */
  replay_id: string;
  /** Whose events and endpoints it may touch, and no others. */
  account_id: string;
  /** What its owner wants of it. */
  wanted: WantedState;
  /** It stays a plan until it is started, which sets this to false. */
  dry_run: boolean;
  /** Records of a topic; null where deliveries are chosen from the history. */
  topic_source: null | TopicSource;
  /** Deliveries chosen from the history; null where records of a topic are read. */
  history_source: null | HistorySource;
  /** What of the source is replayed. */
  filter: ReplayFilter;
  /** Where all of it goes; null for the endpoints that it was for, or that want it now. */
  target_endpoint_id: null | string;
  /** Leaves out what the endpoint has accepted before. */
  skip_delivered: boolean;
  /** Deliveries a second at most. */
  per_second: number;
  /** When it was created, UTC. */
  created_at: number;
  /** When it was last changed, UTC. */
  updated_at: number;
}

export const replayJobSchema = {
  "type": "record",
  "name": "ReplayJob",
  "namespace": "herald.replay",
  "doc": "What is asked of a replay. Topic herald.replays, key replay_id, compacted. Written by the api only.",
  "fields": [
    {
      "name": "replay_id",
      "type": "string",
      "doc": "The replay; its deliveries have the cause replay:<replay_id>."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Whose events and endpoints it may touch, and no others."
    },
    {
      "name": "wanted",
      "type": {
        "type": "enum",
        "name": "WantedState",
        "doc": "What its owner wants of it.",
        "symbols": [
          "UNKNOWN",
          "RUNNING",
          "PAUSED",
          "CANCELLED"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What its owner wants of it."
    },
    {
      "name": "dry_run",
      "type": "boolean",
      "doc": "It stays a plan until it is started, which sets this to false."
    },
    {
      "name": "topic_source",
      "type": [
        "null",
        {
          "type": "record",
          "name": "TopicSource",
          "doc": "Records of one topic.",
          "fields": [
            {
              "name": "topic",
              "type": "string",
              "doc": "Name of the topic."
            },
            {
              "name": "ranges",
              "type": {
                "type": "array",
                "items": {
                  "type": "record",
                  "name": "AskedRange",
                  "doc": "Offsets of one partition, half open.",
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
                      "type": [
                        "null",
                        "long"
                      ],
                      "default": null,
                      "doc": "Offset after the last; null for the end of the partition when the replay is planned."
                    }
                  ]
                }
              },
              "doc": "Which offsets; empty where times say it, or where everything is asked for that is retained."
            },
            {
              "name": "from_time",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Records that Kafka took at this time or later, UTC."
            },
            {
              "name": "to_time",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Records that Kafka took before this time, UTC."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Records of a topic; null where deliveries are chosen from the history."
    },
    {
      "name": "history_source",
      "type": [
        "null",
        {
          "type": "record",
          "name": "HistorySource",
          "doc": "Deliveries as they stood when the replay was created.",
          "fields": [
            {
              "name": "states",
              "type": {
                "type": "array",
                "items": "string"
              },
              "doc": "States of a delivery; empty for any."
            },
            {
              "name": "last_statuses",
              "type": {
                "type": "array",
                "items": "int"
              },
              "doc": "HTTP statuses of the last answer; empty for any."
            },
            {
              "name": "from_time",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Events that happened at this time or later, UTC."
            },
            {
              "name": "to_time",
              "type": [
                "null",
                {
                  "type": "long",
                  "logicalType": "timestamp-millis"
                }
              ],
              "default": null,
              "doc": "Events that happened before this time, UTC."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Deliveries chosen from the history; null where records of a topic are read."
    },
    {
      "name": "filter",
      "type": {
        "type": "record",
        "name": "ReplayFilter",
        "doc": "What of the source is replayed. An empty list asks for nothing in particular.",
        "fields": [
          {
            "name": "project_id",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Of this project."
          },
          {
            "name": "endpoint_ids",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "Deliveries to these endpoints."
          },
          {
            "name": "channel_ids",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "Of these channels."
          },
          {
            "name": "event_types",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "Of these types, as publication.failed."
          },
          {
            "name": "publication_ids",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "Of these publications."
          },
          {
            "name": "event_ids",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "These events."
          },
          {
            "name": "reasons",
            "type": {
              "type": "array",
              "items": "string"
            },
            "doc": "Dead or held for these reasons."
          }
        ]
      },
      "doc": "What of the source is replayed."
    },
    {
      "name": "target_endpoint_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Where all of it goes; null for the endpoints that it was for, or that want it now."
    },
    {
      "name": "skip_delivered",
      "type": "boolean",
      "doc": "Leaves out what the endpoint has accepted before."
    },
    {
      "name": "per_second",
      "type": "int",
      "doc": "Deliveries a second at most."
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
    }
  ]
} as const;
