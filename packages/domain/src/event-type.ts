/** The three changes of a publication that Herald tells about. */
export const EVENT_TYPES = ['publication.published', 'publication.failed', 'publication.deleted'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}
