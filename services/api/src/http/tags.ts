/** The groups that the documentation shows operations in, in its order. */
export const TAGS = {
  endpoints: 'Where messages go: a URL or a chat, with its subscription, secrets and policies.',
  events: 'Publication events as they were produced, and what became of them.',
  deliveries: 'The duty to bring one event to one endpoint, with every attempt that was made for it.',
  'dead-letters': 'Deliveries that were given up, and sending them again.',
  replays: 'Delivering past events again, chosen by offset, time or filter.',
  'event-types': 'What is sent for each type of event, in each format.',
  stats: 'Figures: attempts, deliveries, lag.',
  ledger: 'Whether everything that was accepted is accounted for.',
  tail: 'Every disposition as it is made.',
  sessions: 'Who asks, and sessions of browsers, which must not keep a key.',
  'portal-links': 'Ways into the portal for people who have no key, used once.',
  'api-keys': 'What opens the API, for whom and for how long.',
  audit: 'Who changed what, and when.',
  'upload-post': 'For clients of the Upload-Post API, as it has them.',
  publications: 'What is on record of one publication.',
} as const satisfies Readonly<Record<string, string>>;

export type TagName = keyof typeof TAGS;
