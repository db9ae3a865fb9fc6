import type { ClickHouseClient } from '@clickhouse/client';
import type { Scope } from '../history.ts';
import { entriesIn, type Level, sumsAt } from '../ledger/expressions.ts';
import { cutTo, once } from './scoped-tables.ts';
import { cutWideLists } from './wide-lists.ts';

/** Table expressions that a query selects from; in an account's scope they have that account's rows and no others. */
export interface ScopedTables {
  events: string;
  routes: string;
  attempts: string;
  moments: string;
  /** One row a delivery and day, in the order of lists. */
  deliveries: string;
  /** As `deliveries`, of all that was not delivered by its first request. */
  troubles: string;
  /** The moments at which deliveries died, in the order of lists; a twin may be there until it is merged. */
  deaths: string;
  /** What attempts were answered, in the order of lists. */
  answers: string;
  /** Each moment once, where twins have not fallen together yet: for figures. */
  momentsOnce: string;
  /** The latest count of each stretch. */
  ledgerSums(level: Exclude<Level, 'all'>): string;
  /** Each offset and each delivery of the stretches that a subquery names, once. */
  ledgerEntries(stretches: string): string;
  /** Each change once, as it is known last. */
  audit(): string;
  /** Deliveries whose history was erased. */
  erasedDeliveries(): string;
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

const ALL: AllTables = {
  events: 'events',
  routes: 'routes',
  attempts: 'attempts',
  moments: 'delivery_moments',
  deliveries: 'delivery_days',
  troubles: 'delivery_troubles',
  deaths: 'delivery_deaths',
  answers: 'answers',
  momentsOnce: once('delivery_moments', 'true'),
  poison: 'poison',
  ledgerSums: (level) => sumsAt(level, 'true'),
  ledgerEntries: (stretches) => entriesIn(stretches, 'true'),
  audit: () => once('audit', 'true'),
  erasedDeliveries: () => 'erased_deliveries',
};

export interface ReaderOptions {
  /** When it aborts, what is asked is given up and nothing more is, with its reason. */
  signal?: AbortSignal;
  /** Waits until a query may be asked; what it answers with is called when that has ended. */
  takeTurn?: () => Promise<() => void>;
}

export function createReader(
  client: ClickHouseClient,
  { signal, takeTurn = async () => () => {} }: ReaderOptions = {},
): Reader {
  function ask<Format extends 'JSON' | 'JSONEachRow'>(query: string, params: Params, format: Format) {
    const cut = cutWideLists(query, params);
    const query_params = { ...cut.params };
    return client.query({ query: cut.query, query_params, format, ...(signal && { abort_signal: signal }) });
  }
  async function unlessGivenUp<T>(read: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const endTurn = await takeTurn();
    try {
      return await read();
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      endTurn();
    }
  }
  function select<T>(query: string, params: Params): Promise<T[]> {
    return unlessGivenUp(async () => (await ask(query, params, 'JSONEachRow')).json<T>());
  }
  return {
    rows(scope, query, params) {
      const { tables, params: scopeParams } = cutTo(scope);
      return select(query(tables), { ...params, ...scopeParams });
    },
    async rowsAndCost<T>(scope: Scope, query: (from: ScopedTables) => string, params: Params) {
      const { tables, params: scopeParams } = cutTo(scope);
      const { data, statistics } = await unlessGivenUp(async () => {
        const result = await ask(query(tables), { ...params, ...scopeParams }, 'JSON');
        return result.json<T>();
      });
      return { rows: data, rowsRead: statistics?.rows_read ?? 0 };
    },
    allRows: (query, params) => select(query(ALL), params),
  };
}
