import type { ClickHouseClient } from '@clickhouse/client';
import type { Scope } from '../history.ts';
import { entriesIn, type Level, sumsAt } from '../ledger/expressions.ts';

/** Table expressions that a query selects from; in an account's scope they have that account's rows and no others. */
export interface ScopedTables {
  events: string;
  routes: string;
  attempts: string;
  moments: string;
  /** One row a delivery and day, in the order of lists. */
  deliveries: string;
  /** What attempts were answered, in the order of lists. */
  answers: string;
  /** Each moment once, where twins have not fallen together yet: for figures. */
  momentsOnce: string;
  /** The latest count of each stretch. */
  ledgerSums(level: Exclude<Level, 'all'>): string;
  /** Each offset and each delivery of the stretches that a subquery names, once. */
  ledgerEntries(stretches: string): string;
}

/** What belongs to no account is for operators only. */
export interface AllTables extends ScopedTables {
  poison: string;
  ledgerSums(level: Level): string;
}

export type Params = Readonly<Record<string, unknown>>;

/**
 * The only way to a row: a query is made of the tables that it is given, and what it is given is cut to its scope
 * here. So no query can forget whose rows it reads.
 */
export interface Reader {
  rows<T>(scope: Scope, query: (from: ScopedTables) => string, params: Params): Promise<T[]>;
  /** With what ClickHouse read for them, for what must be bounded. */
  rowsAndCost<T>(
    scope: Scope,
    query: (from: ScopedTables) => string,
    params: Params,
  ): Promise<{ rows: T[]; rowsRead: number }>;
  allRows<T>(query: (from: AllTables) => string, params: Params): Promise<T[]>;
}

const OF_ACCOUNT = '{scope_account_id:String}';

const SCOPED: ScopedTables = {
  events: ofAccount('events'),
  routes: ofAccount('routes'),
  attempts: ofAccount('attempts'),
  moments: ofAccount('moments'),
  deliveries: ofAccount('deliveries'),
  answers: ofAccount('answers'),
  momentsOnce: once('moments', `account_id = ${OF_ACCOUNT}`),
  ledgerSums: (level) => sumsAt(level, `account_id = ${OF_ACCOUNT}`),
  ledgerEntries: (stretches) => entriesIn(stretches, `account_id = ${OF_ACCOUNT}`),
};

const ALL: AllTables = {
  events: 'events',
  routes: 'routes',
  attempts: 'attempts',
  moments: 'moments',
  deliveries: 'deliveries',
  answers: 'answers',
  momentsOnce: once('moments', 'true'),
  poison: 'poison',
  ledgerSums: (level) => sumsAt(level, 'true'),
  ledgerEntries: (stretches) => entriesIn(stretches, 'true'),
};

export function createReader(client: ClickHouseClient): Reader {
  async function select<T>(query: string, query_params: Params): Promise<T[]> {
    const result = await client.query({ query, query_params: { ...query_params }, format: 'JSONEachRow' });
    return result.json<T>();
  }
  return {
    rows: (scope, query, params) => select(query(SCOPED), scoped(scope, params)),
    async rowsAndCost<T>(scope: Scope, query: (from: ScopedTables) => string, params: Params) {
      const result = await client.query({
        query: query(SCOPED),
        query_params: scoped(scope, params),
        format: 'JSON',
      });
      const { data, statistics } = await result.json<T>();
      return { rows: data, rowsRead: statistics?.rows_read ?? 0 };
    },
    allRows: (query, params) => select(query(ALL), params),
  };
}

function scoped({ accountId }: Scope, params: Params): Record<string, unknown> {
  // Rows without an account belong to nobody: an empty id must not find them.
  if (accountId === '') throw new TypeError('An account id is empty');
  return { ...params, scope_account_id: accountId };
}

/**
 * Each row of a table once. Only for one whose rows of one key are all in one partition: there FINAL need not look for
 * twins in another, and days that are not asked for are not read.
 */
function once(table: string, condition: string): string {
  return `(
    SELECT * FROM ${table} FINAL WHERE ${condition}
    SETTINGS do_not_merge_across_partitions_select_final = 1
  )`;
}

/** A table expression that reads through to the primary key, which begins with the account. */
function ofAccount(table: string): string {
  return `(SELECT * FROM ${table} WHERE account_id = ${OF_ACCOUNT})`;
}
