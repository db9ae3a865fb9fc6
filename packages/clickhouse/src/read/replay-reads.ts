import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import type { DeliverySummary, EventToEndpoint, Scope } from '../history.ts';
import { keptEventTimeMs } from '../tables/table.ts';
import type { Reader } from './reader.ts';
import { selectRows } from './replay-selection.ts';
import { CURRENT_STATE, type SummaryRow, summaryOf } from './summary.ts';

/** Which deliveries a replay is about. An empty list asks for nothing in particular. */
export interface ReplaySelection {
  /** Deliveries count as they stood then, and those that came later do not; a request that was under way was not made. */
  asOfMs: number;
  states: readonly string[];
  /** HTTP status of the last answer; of a dead delivery that of which it died. 0 for no answer. */
  lastStatuses: readonly number[];
  reasons: readonly string[];
  projectId: string | undefined;
  endpointIds: readonly string[];
  channelIds: readonly string[];
  eventTypes: readonly string[];
  publicationIds: readonly string[];
  eventIds: readonly string[];
  fromMs: number | undefined;
  toMs: number | undefined;
}

export interface SelectionPlace {
  occurredAtMs: number;
  deliveryId: string;
}

export interface SelectedDelivery extends DeliverySummary {
  /** Where the event is, or was, in Kafka; undefined where the history does not have it any more. */
  origin: Coordinates | undefined;
}

/** What one look of a walk has found, oldest event first. */
export interface SelectedPage {
  deliveries: SelectedDelivery[];
  /** Behind all that was looked at; undefined where there is no more. */
  end: SelectionPlace | undefined;
}

/** One event and one endpoint. The time finds them without a search. */
export interface EventToEndpointAt extends EventToEndpoint {
  occurredAtMs: number;
}

export interface DeliveredPair extends EventToEndpoint {
  /** Whether one of the deliveries that the endpoint accepted has the cause that was asked with. */
  byItself: boolean;
}

/** What replays ask of the history. */
export interface ReplayReads {
  /**
   * Oldest event first, unlike lists: so the order within a publication is kept. At most `limit`, behind `after`; where
   * what is chosen is rare it ends with fewer, or none, after a bounded look.
   */
  select(
    scope: Scope,
    selection: ReplaySelection,
    after: SelectionPlace | undefined,
    limit: number,
  ): Promise<SelectedPage>;
  /** Those that the endpoint has accepted, whatever the cause of the delivery was, but for tests. */
  delivered(scope: Scope, pairs: readonly EventToEndpointAt[], ownCause: string): Promise<DeliveredPair[]>;
  /**
   * Those that still come to the endpoint by themselves, by a delivery of whatever cause but `exceptCause` and tests. What
   * was due before `overdueBeforeMs` does not come any more.
   */
  underway(
    scope: Scope,
    pairs: readonly EventToEndpointAt[],
    exceptCause: string,
    overdueBeforeMs: number,
  ): Promise<EventToEndpoint[]>;
}

export function replayReads(reader: Reader): ReplayReads {
  return {
    async select(scope, selection, after, limit) {
      const { rows, end } = await selectRows(reader, scope, selection, after, limit);
      const origins = await originsOf(reader, scope, rows);
      const deliveries = rows.map((row) => ({ ...summaryOf(row), origin: origins.get(row.of_event) }));
      return { deliveries, end };
    },
    delivered: (scope, pairs, ownCause) => delivered(reader, scope, pairs, ownCause),
    underway: (scope, pairs, exceptCause, overdueBeforeMs) =>
      underway(reader, scope, pairs, exceptCause, overdueBeforeMs),
  };
}

/** An event that was produced twice is read where it will be kept the longest. */
async function originsOf(
  reader: Reader,
  scope: Scope,
  rows: readonly SummaryRow[],
): Promise<Map<string, Coordinates>> {
  if (rows.length === 0) return new Map();
  const found = await reader.rows<{ event_id: string; place: [partition: number, offset: number] }>(
    scope,
    ({ events }) => `
      SELECT event_id, argMax((partition, offset), recorded_at) AS place
      FROM ${events}
      WHERE ${AT_TIMES} AND event_id IN {events:Array(String)}
      GROUP BY event_id`,
    {
      times: [...new Set(rows.map((row) => row.occurred_at_ms))],
      events: [...new Set(rows.map((row) => row.of_event))],
    },
  );
  return new Map(
    found.map(({ event_id, place: [partition, offset] }) => [
      event_id,
      { topic: TOPICS.events, partition, offset },
    ]),
  );
}

async function delivered(
  reader: Reader,
  scope: Scope,
  pairs: readonly EventToEndpointAt[],
  ownCause: string,
): Promise<DeliveredPair[]> {
  if (pairs.length === 0) return [];
  const rows = await reader.rows<{ event_id: string; endpoint_id: string; by_itself: number }>(
    scope,
    ({ moments }) => `
      SELECT event_id, endpoint_id, max(cause = {own:String}) AS by_itself
      FROM ${moments}
      WHERE ${AT_TIMES} AND state = 'delivered' AND cause != 'test' AND (event_id, endpoint_id) IN
        (SELECT arrayJoin(arrayZip({pair_events:Array(String)}, {pair_endpoints:Array(String)})))
      GROUP BY event_id, endpoint_id`,
    {
      times: timesOf(pairs),
      pair_events: pairs.map(({ eventId }) => eventId),
      pair_endpoints: pairs.map(({ endpointId }) => endpointId),
      own: ownCause,
    },
  );
  return rows.map(({ event_id, endpoint_id, by_itself }) => ({
    eventId: event_id,
    endpointId: endpoint_id,
    byItself: by_itself === 1,
  }));
}

async function underway(
  reader: Reader,
  scope: Scope,
  pairs: readonly EventToEndpointAt[],
  exceptCause: string,
  overdueBeforeMs: number,
): Promise<EventToEndpoint[]> {
  if (pairs.length === 0) return [];
  const rows = await reader.rows<{ of_event: string; of_endpoint: string }>(
    scope,
    ({ moments }) => `
      SELECT any(event_id) AS of_event, any(endpoint_id) AS of_endpoint
      FROM ${moments}
      WHERE ${AT_TIMES} AND cause NOT IN ('test', {except:String}) AND (event_id, endpoint_id) IN
        (SELECT arrayJoin(arrayZip({pair_events:Array(String)}, {pair_endpoints:Array(String)})))
      GROUP BY occurred_at, delivery_id
      HAVING ${CURRENT_STATE} = 'held' OR (
        ${CURRENT_STATE} IN ('pending', 'waiting')
        AND greatest(max(moment_at), max(next_attempt_at)) >= fromUnixTimestamp64Milli({overdue_before:Int64}, 'UTC'))`,
    {
      times: timesOf(pairs),
      pair_events: pairs.map(({ eventId }) => eventId),
      pair_endpoints: pairs.map(({ endpointId }) => endpointId),
      except: exceptCause,
      overdue_before: overdueBeforeMs,
    },
  );
  return rows.map(({ of_event, of_endpoint }) => ({ eventId: of_event, endpointId: of_endpoint }));
}

/** As the tables have them: an event says what its producer wrote. */
function timesOf(pairs: readonly EventToEndpointAt[]): number[] {
  return [...new Set(pairs.map(({ occurredAtMs }) => keptEventTimeMs(occurredAtMs)))];
}

/** Events by when they happened, which finds them in the order of the tables. */
export const AT_TIMES =
  "occurred_at IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))";
