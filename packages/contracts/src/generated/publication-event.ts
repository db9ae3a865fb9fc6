// Generated from schemas/publication-event.avsc by `npm run generate`. Do not edit.

/** What happened to the publication, or to an endpoint: these two are written by Herald alone. UNKNOWN stands for a type that the reader is too old to know. */
export type EventType = 'UNKNOWN' | 'PUBLISHED' | 'FAILED' | 'DELETED' | 'ENDPOINT_FAILING' | 'ENDPOINT_DISABLED';

/** One social account or platform within a project. */
export interface Channel {
  /** Id of the channel within Herald's accounts. */
  id: string;
  /** The platform, in lower case: instagram, youtube, tiktok, facebook, x, linkedin, … */
  type: string;
  /** Display name of the social account. */
  name: null | string;
}

/** Kind of the post. UNKNOWN stands for a kind that the reader is too old to know. */
export type MediaType = 'UNKNOWN' | 'VIDEO' | 'PHOTO' | 'TEXT';

/** The post as it was given. */
export interface Content {
  /** Kind of the post. */
  media_type: MediaType;
  /** Title as given for the post. */
  title: null | string;
  /** Caption or text as given for the post. */
  caption: null | string;
  /** Where the media were uploaded from. */
  media_urls: Array<string>;
}

/** What the platform gave for the published post. */
export interface PublicationResult {
  /** Public address of the post. */
  url: null | string;
  /** The platform's id of the publishing job. */
  publish_id: null | string;
  /** The platform's id of the post. */
  post_id: null | string;
}

/** An endpoint that fails or was disabled. */
export interface EndpointNotice {
  /** The endpoint. */
  endpoint_id: string;
  /** Its name for people. */
  name: string;
  /** Where it POSTs to, without the parts of a URL that may hold a secret. */
  url: string;
  /** Why: failing (no attempt succeeded for long) or gone (it answered 410). */
  reason: string;
  /** First failure without a success after it, UTC. */
  failing_since: null | number;
  /** Failures in a row that the dispatcher has seen; fewer than there were where another one had the endpoint before. */
  consecutive_failures: null | number;
  /** How the last attempt ended: the status of the response as text, or the wire error. */
  last_outcome: null | string;
}

/** One change of a post's status on a social channel, as the publishing platform saw it, or what Herald itself has to say about an endpoint. Topic publication.events, key publication_id. */
export interface PublicationEvent {
  /** Unique id of this event, a UUID. The same event produced twice carries the same id. */
  event_id: string;
  /** What happened: published, failed or deleted; or an endpoint fails or was disabled. */
  event_type: EventType;
  /** When it happened at the platform, UTC. */
  occurred_at: number;
  /** The owner of the API keys. */
  account_id: string;
  /** The customer's unit of work; endpoints belong to a project. */
  project_id: string;
  /** Where the post went. */
  channel: Channel;
  /** Id of the post; every event about one post carries the same one. Of the endpoint, where the event is about one. */
  publication_id: string;
  /** What was posted. */
  content: Content;
  /** The platform's HTTP status for the publishing call, where there was one. */
  status_code: null | number;
  /** Why publishing failed; null unless it did. */
  error_message: null | string;
  /** Ids and address given by the platform; null where nothing was published. */
  result: null | PublicationResult;
  /** Who started the upload. */
  user_email: null | string;
  /** The profile of the upload. */
  profile_username: null | string;
  /** The upstream service's own labels, passed on untouched. */
  metadata: Record<string, string>;
  /** The endpoint that an operational event is about; null for events about publications. */
  endpoint: null | EndpointNotice;
}

export const publicationEventSchema = {
  "type": "record",
  "name": "PublicationEvent",
  "namespace": "herald.publication",
  "doc": "One change of a post's status on a social channel, as the publishing platform saw it, or what Herald itself has to say about an endpoint. Topic publication.events, key publication_id.",
  "fields": [
    {
      "name": "event_id",
      "type": "string",
      "doc": "Unique id of this event, a UUID. The same event produced twice carries the same id."
    },
    {
      "name": "event_type",
      "type": {
        "type": "enum",
        "name": "EventType",
        "doc": "What happened to the publication, or to an endpoint: these two are written by Herald alone. UNKNOWN stands for a type that the reader is too old to know.",
        "symbols": [
          "UNKNOWN",
          "PUBLISHED",
          "FAILED",
          "DELETED",
          "ENDPOINT_FAILING",
          "ENDPOINT_DISABLED"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What happened: published, failed or deleted; or an endpoint fails or was disabled."
    },
    {
      "name": "occurred_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it happened at the platform, UTC."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "The owner of the API keys."
    },
    {
      "name": "project_id",
      "type": "string",
      "doc": "The customer's unit of work; endpoints belong to a project."
    },
    {
      "name": "channel",
      "type": {
        "type": "record",
        "name": "Channel",
        "doc": "One social account or platform within a project.",
        "fields": [
          {
            "name": "id",
            "type": "string",
            "doc": "Id of the channel within Herald's accounts."
          },
          {
            "name": "type",
            "type": "string",
            "doc": "The platform, in lower case: instagram, youtube, tiktok, facebook, x, linkedin, …"
          },
          {
            "name": "name",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Display name of the social account."
          }
        ]
      },
      "doc": "Where the post went."
    },
    {
      "name": "publication_id",
      "type": "string",
      "doc": "Id of the post; every event about one post carries the same one. Of the endpoint, where the event is about one."
    },
    {
      "name": "content",
      "type": {
        "type": "record",
        "name": "Content",
        "doc": "The post as it was given.",
        "fields": [
          {
            "name": "media_type",
            "type": {
              "type": "enum",
              "name": "MediaType",
              "doc": "Kind of the post. UNKNOWN stands for a kind that the reader is too old to know.",
              "symbols": [
                "UNKNOWN",
                "VIDEO",
                "PHOTO",
                "TEXT"
              ],
              "default": "UNKNOWN"
            },
            "doc": "Kind of the post."
          },
          {
            "name": "title",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Title as given for the post."
          },
          {
            "name": "caption",
            "type": [
              "null",
              "string"
            ],
            "default": null,
            "doc": "Caption or text as given for the post."
          },
          {
            "name": "media_urls",
            "type": {
              "type": "array",
              "items": "string"
            },
            "default": [],
            "doc": "Where the media were uploaded from."
          }
        ]
      },
      "doc": "What was posted."
    },
    {
      "name": "status_code",
      "type": [
        "null",
        "int"
      ],
      "default": null,
      "doc": "The platform's HTTP status for the publishing call, where there was one."
    },
    {
      "name": "error_message",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Why publishing failed; null unless it did."
    },
    {
      "name": "result",
      "type": [
        "null",
        {
          "type": "record",
          "name": "PublicationResult",
          "doc": "What the platform gave for the published post.",
          "fields": [
            {
              "name": "url",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "Public address of the post."
            },
            {
              "name": "publish_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The platform's id of the publishing job."
            },
            {
              "name": "post_id",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "The platform's id of the post."
            }
          ]
        }
      ],
      "default": null,
      "doc": "Ids and address given by the platform; null where nothing was published."
    },
    {
      "name": "user_email",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Who started the upload."
    },
    {
      "name": "profile_username",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The profile of the upload."
    },
    {
      "name": "metadata",
      "type": {
        "type": "map",
        "values": "string"
      },
      "default": {},
      "doc": "The upstream service's own labels, passed on untouched."
    },
    {
      "name": "endpoint",
      "type": [
        "null",
        {
          "type": "record",
          "name": "EndpointNotice",
          "doc": "An endpoint that fails or was disabled.",
          "fields": [
            {
              "name": "endpoint_id",
              "type": "string",
              "doc": "The endpoint."
            },
            {
              "name": "name",
              "type": "string",
              "default": "",
              "doc": "Its name for people."
            },
            {
              "name": "url",
              "type": "string",
              "default": "",
              "doc": "Where it POSTs to, without the parts of a URL that may hold a secret."
            },
            {
              "name": "reason",
              "type": "string",
              "default": "",
              "doc": "Why: failing (no attempt succeeded for long) or gone (it answered 410)."
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
              "name": "consecutive_failures",
              "type": [
                "null",
                "int"
              ],
              "default": null,
              "doc": "Failures in a row that the dispatcher has seen; fewer than there were where another one had the endpoint before."
            },
            {
              "name": "last_outcome",
              "type": [
                "null",
                "string"
              ],
              "default": null,
              "doc": "How the last attempt ended: the status of the response as text, or the wire error."
            }
          ]
        }
      ],
      "default": null,
      "doc": "The endpoint that an operational event is about; null for events about publications."
    }
  ]
} as const;
