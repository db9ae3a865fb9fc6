import { TOPICS } from '@herald/contracts/topics';
import type { EventSummary } from '../history.ts';

/** Columns of a summary, for a query over events. */
export const EVENT_COLUMNS = `
  event_id, event_type, project_id, channel_id, channel_type, publication_id, partition, offset,
  toUnixTimestamp64Milli(occurred_at) AS occurred_at_ms,
  toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms`;

export interface EventRow {
  event_id: string;
  event_type: string;
  project_id: string;
  channel_id: string;
  channel_type: string;
  publication_id: string;
  partition: number;
  offset: number;
  occurred_at_ms: number;
  recorded_at_ms: number;
}

export function summaryOf(row: EventRow): EventSummary {
  return {
    eventId: row.event_id,
    eventType: row.event_type,
    projectId: row.project_id,
    channelId: row.channel_id,
    channelType: row.channel_type,
    publicationId: row.publication_id,
    occurredAtMs: row.occurred_at_ms,
    recordedAtMs: row.recorded_at_ms,
    origin: { topic: TOPICS.events, partition: row.partition, offset: row.offset },
  };
}
