import type { EventType } from './event-type.ts';
import type { Filter } from './filter/filter.ts';
import type { RetryTierName } from './retry-tiers.ts';

export type EndpointKind = 'webhook' | 'telegram' | 'slack';
export type PayloadFormat = 'publication' | 'upload-post' | 'cloudevents';
export type SigningScheme = 'v1' | 'v1a';

/** In place of a project's id: the endpoint gets the events of all projects of its account. */
export const ALL_PROJECTS = '*';

/** Which of a project's events an endpoint wants. An empty set means all; of the types, all of publications. */
export interface Subscription {
  channelIds: ReadonlySet<string>;
  eventTypes: ReadonlySet<EventType>;
  /** What the message has to say; undefined where that does not matter. Operational events pass whatever it is. */
  filter?: Filter | undefined;
}

export interface SealedSecret {
  secretId: string;
  scheme: SigningScheme;
  sealed: Uint8Array;
  createdAtMs: number;
  /** Undefined for the secret that does not expire. */
  expiresAtMs: number | undefined;
}

/** A chat of Telegram, and the bot that writes to it. */
export interface TelegramChat {
  /** A number, or the @name of a public channel. */
  chatId: string;
  /** Undefined where the installation's own bot writes. */
  sealedToken: Uint8Array | undefined;
}

/** An incoming webhook of Slack: whoever has its URL may write to the channel. */
export interface SlackWebhook {
  sealedUrl: Uint8Array;
}

/** An endpoint as its owner configured it: what the route and delivery lanes work by. */
export interface Endpoint {
  id: string;
  accountId: string;
  /** Or ALL_PROJECTS. */
  projectId: string;
  name: string;
  kind: EndpointKind;
  /** Of Slack only what is no credential, empty of Telegram. */
  url: string;
  /** Of kind telegram. */
  telegram?: TelegramChat | undefined;
  /** Of kind slack. */
  slack?: SlackWebhook | undefined;
  format: PayloadFormat;
  subscription: Subscription;
  /**
   * What the owner set. What the dispatcher decided is the endpoint's status. Deliveries of a paused or disabled one
   * are held; to one that is off nothing is routed, and what was under way is held.
   */
  state: 'active' | 'paused' | 'disabled' | 'off';
  secrets: readonly SealedSecret[];
  /** Never empty: an endpoint without a schedule of its own has the default one. */
  retrySchedule: readonly RetryTierName[];
  timeoutMs: number;
  maxConcurrency: number;
  rateLimitPerSecond: number | undefined;
  ordering: 'none' | 'publication';
  /** Of an ordered endpoint: whether its deliveries go on behind one that was given up, or wait for its owner. */
  onDeadHead: 'skip' | 'hold';
  /** What was held before this time is cancelled. */
  heldSkipBeforeMs: number | undefined;
  /** Additional header fields, names in lower case. */
  headers: Readonly<Record<string, string>>;
  createdAtMs: number;
  updatedAtMs: number;
}
