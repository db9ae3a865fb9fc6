import { ClickHouseError } from '@clickhouse/client';
import { DELIVERY_STATES } from '../delivery-state.ts';
import type { DeliveryFacets, FacetQuery, Scope } from '../history.ts';
import { filterOf } from './delivery-filter.ts';
import type { Reader } from './reader.ts';
import { stateIn } from './standing.ts';

/** Rows that a count may read; what has more of them is not begun. */
const MAX_ROWS = 1_000_000;
const TOO_MANY_ROWS = '158';

const IN_RANGE = `occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;

/** Values of one facet, the most frequent first. */
const MAX_VALUES = 50;

/**
 * Counts the deliveries that match by what they could be narrowed to next. Exact, each delivery once by all its rows;
 * or not at all, where the range has too many rows.
 */
export async function countFacets(reader: Reader, scope: Scope, query: FacetQuery): Promise<DeliveryFacets> {
  const filter = filterOf(query);
  try {
    const rows = await reader.rows<{ facet: string; value: string; deliveries: number }>(
      scope,
      (from) => {
        const matching = filter.asksWhatBecame
          ? `(occurred_at, delivery_id) IN (
              SELECT occurred_at, delivery_id FROM ${from[filter.candidatesIn]}
              WHERE ${IN_RANGE} AND ${filter.ofRow.sql}
            )`
          : filter.ofRow.sql;
        return `
          SELECT counted.1 AS facet, counted.2 AS value, count() AS deliveries
          FROM (
            SELECT
              toString(any(endpoint_id)) AS endpoint, toString(any(event_type)) AS type, toString(${stateIn('max(standing)')}) AS state,
              groupUniqArrayArray(statuses) AS answered, groupUniqArrayArray(errors) AS failed
            FROM ${from.deliveries}
            WHERE ${IN_RANGE} AND ${matching}
            GROUP BY occurred_at, delivery_id
            HAVING ${filter.ofDelivery?.sql ?? 'true'}
          )
          ARRAY JOIN arrayConcat(
            [('total', ''), ('state', state), ('event_type', type), ('endpoint_id', endpoint)],
            arrayMap(status -> ('status', concat(toString(status), 'xx')), arrayFilter(status -> status < 10, answered)),
            if(empty(answered), [], [('outcome', 'response')]),
            arrayMap(error -> ('outcome', error), failed)) AS counted
          GROUP BY facet, value
          ORDER BY deliveries DESC, value
          LIMIT ${MAX_VALUES} BY facet
          SETTINGS max_rows_to_read = ${MAX_ROWS}, read_overflow_mode = 'throw'`;
      },
      { ...filter.ofRow.params, ...filter.ofDelivery?.params, from: query.fromMs, to: query.toMs },
    );
    const valuesOf = (facet: string) =>
      rows
        .filter((row) => row.facet === facet)
        .map(({ value, deliveries }) => ({
          value: facet === 'state' ? DELIVERY_STATES[Number(value)]! : value,
          deliveries,
        }));
    return {
      kind: 'counted',
      deliveries: valuesOf('total')[0]?.deliveries ?? 0,
      states: valuesOf('state'),
      eventTypes: valuesOf('event_type'),
      statuses: valuesOf('status'),
      outcomes: valuesOf('outcome'),
      endpoints: valuesOf('endpoint_id'),
    };
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === TOO_MANY_ROWS) return { kind: 'too_many_rows' };
    throw error;
  }
}
