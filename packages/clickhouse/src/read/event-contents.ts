import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Scope } from '../history.ts';
import type { Reader } from './reader.ts';

/** An event by its id, and by its time, which finds it in the index. */
export interface EventRef {
  eventId: string;
  occurredAtMs: number;
}

/** What events say, each once, in no particular order; those that are not on record are left out. */
export async function readContents(
  reader: Reader,
  scope: Scope,
  events: readonly EventRef[],
): Promise<PublicationEvent[]> {
  if (events.length === 0) return [];
  const rows = await reader.rows<{ event: string }>(
    scope,
    (from) => `
      SELECT event
      FROM ${from.events}
      WHERE occurred_at IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
        AND event_id IN {ids:Array(String)}
        AND undecodable = ''
      LIMIT 1 BY event_id`,
    {
      times: events.map(({ occurredAtMs }) => occurredAtMs),
      ids: events.map(({ eventId }) => eventId),
    },
  );
  return rows.map(({ event }) => JSON.parse(event) as PublicationEvent);
}
