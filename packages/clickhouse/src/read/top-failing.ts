import type { Scope } from '../history.ts';
import { allOf } from './conditions.ts';
import type { Reader } from './reader.ts';
import { OUTCOME_CLASS, REQUESTS } from './requests.ts';
import { rangeParams, within } from './stats.ts';
import type { EndpointsQuery, FailingEndpoint } from './stats-figures.ts';

/** Fenced attempts are left out: their new owner made another, and that one counts. */
export function topFailing(reader: Reader, scope: Scope, query: EndpointsQuery): Promise<FailingEndpoint[]> {
  const narrowed = allOf([['project_id = {project:String}', 'project', query.projectId]]);
  return reader.rows<FailingEndpoint>(
    scope,
    (from) => `
      SELECT
        endpoint_id AS endpointId, sum(requests) AS attempts, sumIf(requests, is_failure) AS failures,
        argMaxIf(outcome_class, requests, is_failure) AS commonestOutcome,
        toUnixTimestamp64Milli(maxIf(last_at, is_failure)) AS lastFailureAtMs
      FROM (
        SELECT
          endpoint_id, state != 'delivered' AS is_failure, ${OUTCOME_CLASS} AS outcome_class,
          count() AS requests, max(moment_at) AS last_at
        FROM ${from.momentsOnce}
        WHERE ${REQUESTS} AND state != 'pending' AND ${within('moment_at')} AND ${narrowed.sql}
        GROUP BY endpoint_id, is_failure, outcome_class
      )
      GROUP BY endpoint_id
      HAVING failures > 0
      ORDER BY failures DESC, failures / attempts DESC, endpoint_id
      LIMIT {limit:UInt32}`,
    { ...narrowed.params, ...rangeParams(query), limit: query.limit },
  );
}
