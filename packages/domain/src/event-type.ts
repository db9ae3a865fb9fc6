/** The three changes of a publication that upstream services tell about. */
export const PUBLICATION_EVENT_TYPES = [
  'publication.published',
  'publication.failed',
  'publication.deleted',
] as const;

/** What Herald itself has to say to the owner of an endpoint. */
export const OPERATIONAL_EVENT_TYPES = ['endpoint.failing', 'endpoint.disabled'] as const;

export const EVENT_TYPES = [...PUBLICATION_EVENT_TYPES, ...OPERATIONAL_EVENT_TYPES] as const;

export type OperationalEventType = (typeof OPERATIONAL_EVENT_TYPES)[number];
export type EventType = (typeof EVENT_TYPES)[number];

export function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}

export function isOperational(type: string): type is OperationalEventType {
  return (OPERATIONAL_EVENT_TYPES as readonly string[]).includes(type);
}
