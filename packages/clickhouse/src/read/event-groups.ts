import { ClickHouseError } from '@clickhouse/client';
import type { Scope } from '../history.ts';
import type { Reader } from './reader.ts';

/** Events that subscriptions cannot tell apart. */
export interface EventGroup {
  projectId: string;
  channelId: string;
  eventType: string;
  events: number;
}

export type EventGroups = { kind: 'counted'; groups: EventGroup[] } | { kind: 'too_many_rows' };

/** Rows that a count may read, and groups that it may have; what has more is not begun, or given up. */
const MAX_ROWS = 1_000_000;
const MAX_GROUPS = 20_000;
const TOO_MANY_ROWS = '158';

/** Counts the events of a range, each once however often it was produced, by what a subscription can ask for. */
export async function countEventGroups(
  reader: Reader,
  scope: Scope,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<EventGroups> {
  try {
    const groups = await reader.rows<EventGroup>(
      scope,
      ({ events }) => `
        SELECT project_id AS projectId, channel_id AS channelId, event_type AS eventType, uniqExact(event_id) AS events
        FROM ${events}
        WHERE occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
          AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
          AND undecodable = ''
        GROUP BY project_id, channel_id, event_type
        LIMIT {groups:UInt32}
        SETTINGS max_rows_to_read = ${MAX_ROWS}, read_overflow_mode = 'throw'`,
      { from: fromMs, to: toMs, groups: MAX_GROUPS + 1 },
    );
    return groups.length > MAX_GROUPS ? { kind: 'too_many_rows' } : { kind: 'counted', groups };
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === TOO_MANY_ROWS) return { kind: 'too_many_rows' };
    throw error;
  }
}
