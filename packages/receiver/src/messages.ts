/**
 * What Herald sends, as types. A newer Herald may add fields, and types of messages: keep a `default` branch, and ignore
 * what you do not know.
 */

/** One social account or platform within a project. */
export interface Channel {
  id: string;
  /** The platform, in lower case: instagram, youtube, tiktok, … */
  type: string;
  name: string | null;
}

/** A post on a channel, and what became of it. */
export interface Publication {
  /** The same in every delivery of the event. */
  event_id: string;
  /** Every event about one post carries the same one. */
  publication_id: string;
  project_id: string;
  channel: Channel;
  content: {
    media_type: 'video' | 'photo' | 'text' | 'unknown';
    title: string | null;
    caption: string | null;
    media_urls: string[];
  };
  /** The platform's HTTP status for the publishing call, where there was one. */
  status_code: number | null;
  /** Why publishing failed; null unless it did. */
  error_message: string | null;
  /** Null where nothing was published. */
  result: { url: string | null; publish_id: string | null; post_id: string | null } | null;
  metadata: Record<string, string>;
}

/** An endpoint that fails or was disabled. */
export interface EndpointNotice {
  event_id: string;
  project_id: string;
  endpoint_id: string;
  name: string;
  /** Without the parts that may hold a secret. */
  url: string;
  reason: string;
  /** ISO 8601 in UTC. */
  failing_since: string | null;
  consecutive_failures: number | null;
  last_outcome: string | null;
}

interface Message<T extends string, D> {
  type: T;
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string;
  data: D;
}

/** The format `publication`, the default: tell them apart by `type`. */
export type PublicationMessage =
  | Message<'publication.published', Publication>
  | Message<'publication.failed', Publication>
  | Message<'publication.deleted', Publication>
  | Message<'endpoint.failing', EndpointNotice>
  | Message<'endpoint.disabled', EndpointNotice>;

interface CloudEventOf<T extends string, D> {
  specversion: '1.0';
  /** The event id. */
  id: string;
  source: string;
  type: T;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: D;
}

/** The format `cloudevents`: CloudEvents 1.0, structured. */
export type CloudEventMessage = PublicationMessage extends infer M
  ? M extends Message<infer T, infer D>
    ? CloudEventOf<T, D>
    : never
  : never;

/** The format `upload-post`. */
export interface UploadCompleted {
  event: 'upload_completed';
  user_email: string;
  profile_username: string;
  platform: string;
  media_type: 'video' | 'photo' | 'text';
  title: string;
  caption: string;
  result: {
    success: boolean;
    url: string | null;
    publish_id: string | null;
    post_id: string | null;
    error: string | null;
  };
  /** ISO 8601 in UTC, with six decimals and without a zone. */
  created_at: string;
}

/** By the format that the endpoint has. */
export interface MessageOf {
  publication: PublicationMessage;
  cloudevents: CloudEventMessage;
  'upload-post': UploadCompleted;
}
