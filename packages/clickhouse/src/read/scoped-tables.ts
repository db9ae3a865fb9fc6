import type { Scope } from '../history.ts';
import { entriesIn, sumsAt } from '../ledger/expressions.ts';
import { allOf, type Condition, type Conditions } from './conditions.ts';
import type { Params, ScopedTables } from './reader.ts';

/** The tables as one scope has them: the only place where a scope becomes SQL. */
export function cutTo(scope: Scope): { tables: ScopedTables; params: Params } {
  // Rows without an account belong to nobody: an empty id must not find them.
  if (scope.accountId === '') throw new TypeError('An account id is empty');
  const ofEvents = allOf(eventConditions(scope));
  const ofDeliveries = allOf([...eventConditions(scope), toEndpoints(scope)]);
  const events = (table: string) => `(SELECT * FROM ${table} WHERE ${ofEvents.sql})`;
  const deliveries = (table: string) => `(SELECT * FROM ${table} WHERE ${ofDeliveries.sql})`;
  return {
    params: ofDeliveries.params,
    tables: {
      events: events('events'),
      routes: scope.endpointIds ? routesTo(ofEvents) : events('routes'),
      attempts: deliveries('attempts'),
      moments: `(SELECT *, packed FROM delivery_moments WHERE ${ofDeliveries.sql})`,
      deliveries: deliveries('delivery_days'),
      troubles: deliveries('delivery_troubles'),
      deaths: deliveries('delivery_deaths'),
      answers: deliveries('answers'),
      momentsOnce: once('delivery_moments', ofDeliveries.sql),
      ledgerSums: (level) => sumsAt(level, wholeAccount(scope, ofEvents)),
      ledgerEntries: (stretches) => entriesIn(stretches, wholeAccount(scope, ofEvents)),
      audit: () => once('audit', wholeAccount(scope, ofEvents)),
      erasedDeliveries: () => `(SELECT * FROM erased_deliveries WHERE ${wholeAccount(scope, ofEvents)})`,
    },
  };
}

/** First the account: the primary keys begin with it, and they are read through to. */
function eventConditions({ accountId, projectIds, channelIds }: Scope): Condition[] {
  return [
    ['account_id = {scope_account_id:String}', 'scope_account_id', accountId],
    ['project_id IN {scope_projects:Array(String)}', 'scope_projects', projectIds],
    ['channel_id IN {scope_channels:Array(String)}', 'scope_channels', channelIds],
  ];
}

function toEndpoints({ endpointIds }: Scope): Condition {
  return ['endpoint_id IN {scope_endpoints:Array(String)}', 'scope_endpoints', endpointIds];
}

/** Each with those of its deliveries that go to endpoints of the scope. */
function routesTo(ofEvents: Conditions): string {
  return `(
    SELECT
      * EXCEPT (endpoint_ids, delivery_ids, in_scope),
      arrayMap(pair -> pair.1, in_scope) AS endpoint_ids, arrayMap(pair -> pair.2, in_scope) AS delivery_ids
    FROM (
      SELECT
        *,
        arrayFilter(pair -> has({scope_endpoints:Array(String)}, pair.1), arrayZip(endpoint_ids, delivery_ids))
          AS in_scope
      FROM routes
      WHERE ${ofEvents.sql}
    )
  )`;
}

/** For tables whose rows have neither project nor channel. */
function wholeAccount({ projectIds, channelIds, endpointIds }: Scope, { sql }: Conditions): string {
  if (projectIds || channelIds || endpointIds) {
    throw new TypeError(
      'Neither the ledger, the audit nor what was erased can be read for a part of an account',
    );
  }
  return sql;
}

/**
 * Each row of a table once. Only for one whose rows of one key are all in one partition: there FINAL need not look for
 * twins in another, and days that are not asked for are not read.
 */
export function once(table: string, condition: string): string {
  return `(
    SELECT * FROM ${table} FINAL WHERE ${condition}
    SETTINGS do_not_merge_across_partitions_select_final = 1
  )`;
}
