import type { EventType } from '@herald/domain/event-type';
import type { EventType as EventTypeSymbol } from './generated/publication-event.ts';

const TYPES: Readonly<Record<EventTypeSymbol, EventType | undefined>> = {
  PUBLISHED: 'publication.published',
  FAILED: 'publication.failed',
  DELETED: 'publication.deleted',
  ENDPOINT_FAILING: 'endpoint.failing',
  ENDPOINT_DISABLED: 'endpoint.disabled',
  UNKNOWN: undefined,
};

const SYMBOLS: Readonly<Record<EventType, EventTypeSymbol>> = {
  'publication.published': 'PUBLISHED',
  'publication.failed': 'FAILED',
  'publication.deleted': 'DELETED',
  'endpoint.failing': 'ENDPOINT_FAILING',
  'endpoint.disabled': 'ENDPOINT_DISABLED',
};

/** Undefined for a symbol that a newer producer knows and this reader does not. */
export function eventTypeOf(symbol: EventTypeSymbol): EventType | undefined {
  return TYPES[symbol];
}

export function eventTypeSymbol(type: EventType): EventTypeSymbol {
  return SYMBOLS[type];
}
