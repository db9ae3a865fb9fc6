import type { Scope } from '../history.ts';
import { ATTEMPT_COLUMNS, type AttemptRow, attemptFigures } from './attempt-figures.ts';
import { allOf } from './conditions.ts';
import type { Reader } from './reader.ts';
import { REQUESTS } from './requests.ts';
import { rangeParams, within } from './stats.ts';
import type { EndpointFigures, EndpointsQuery } from './stats-figures.ts';

export async function listEndpointFigures(
  reader: Reader,
  scope: Scope,
  query: EndpointsQuery,
): Promise<EndpointFigures[]> {
  const narrowed = allOf([['project_id = {project:String}', 'project', query.projectId]]);
  const rows = await reader.rows<AttemptRow & { endpointId: string }>(
    scope,
    (from) => `
      SELECT endpoint_id AS endpointId, ${ATTEMPT_COLUMNS}
      FROM ${from.momentsOnce}
      WHERE ${REQUESTS} AND ${within('moment_at')} AND ${narrowed.sql}
      GROUP BY endpoint_id
      ORDER BY total DESC, endpoint_id
      LIMIT {limit:UInt32}`,
    { ...narrowed.params, ...rangeParams(query), limit: query.limit },
  );
  return rows.map((row) => ({ endpointId: row.endpointId, attempts: attemptFigures(row) }));
}
