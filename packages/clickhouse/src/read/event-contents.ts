import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Scope } from '../history.ts';
import type { Reader } from './reader.ts';

/** An event by its id, and by its time, which finds it in the index. */
export interface EventRef {
  eventId: string;
  occurredAtMs: number;
}

/** Reading it takes the reader's process some ten milliseconds. */
const MAX_CONTENT_BYTES = 4 * 1024 * 1024;

/**
 * What events say, each once, in no particular order; those that are not on record are left out, and of many that say
 * much the oldest.
 */
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
      FROM (
        SELECT event, sum(length(event)) OVER (
          ORDER BY occurred_at DESC, event_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS bytes
        FROM (
          SELECT event, occurred_at, event_id
          FROM ${from.events}
          WHERE occurred_at IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
            AND event_id IN {ids:Array(String)}
            AND undecodable = ''
          LIMIT 1 BY event_id
        )
      )
      WHERE bytes <= {max_bytes:UInt64}`,
    {
      times: events.map(({ occurredAtMs }) => occurredAtMs),
      ids: events.map(({ eventId }) => eventId),
      max_bytes: MAX_CONTENT_BYTES,
    },
  );
  return rows.map(({ event }) => JSON.parse(event) as PublicationEvent);
}
