import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';
import type { Scope } from '../history.ts';
import {
  DUE_MS,
  IS_OPEN,
  IS_UNRECORDED,
  IS_UNROUTED,
  type Level,
  STATE_CODE,
} from '../ledger/expressions.ts';
import type {
  LedgerFindings,
  LedgerReport,
  OffsetGap,
  OverdueDelivery,
  OverdueEndpoint,
} from '../ledger/ledger.ts';
import type { Params, Reader } from './reader.ts';

const MAX_NAMED = 100;
const MAX_ENDPOINTS = 20;
/** Where much is overdue, so many stretches of 128 offsets are looked into, those with the oldest first. */
const MAX_STRETCHES = 5_000;

type Gaps = Pick<LedgerFindings, 'unrouted' | 'unrecorded' | 'gaps'>;
type Overdue = Omit<LedgerFindings, keyof Gaps | 'lagging'>;

const NOTHING_OVERDUE: Overdue = {
  overdue: { pending: 0, waiting: 0, held: 0 },
  oldestDueAtMs: undefined,
  overdueDeliveries: [],
  overdueEndpoints: [],
};

export const NO_FINDINGS: LedgerFindings = {
  unrouted: 0,
  unrecorded: 0,
  gaps: [],
  lagging: [],
  ...NOTHING_OVERDUE,
};

/** Sums say which stretches can have something to find; only those are looked into. */
interface Search {
  select<T>(query: (from: SearchedTables) => string): Promise<T[]>;
}

interface SearchedTables {
  sums: string;
  entriesIn(stretches: string): string;
}

export async function findingsOf(
  reader: Reader,
  scope: Scope | 'all',
  report: LedgerReport,
): Promise<LedgerFindings> {
  const asOfMs = report.asOfMs ?? 0;
  const from_ms = report.judgedFromMs;
  const search = searchIn(reader, scope, { before_ms: asOfMs - report.overdueAfterMs, from_ms });
  const [gaps, overdue, lagging] = await Promise.all([
    findGaps(search),
    findOverdue(search),
    scope === 'all' ? worstOf(searchIn(reader, scope, { before_ms: asOfMs, from_ms }), 'oldestDueAtMs') : [],
  ]);
  return { ...gaps, ...overdue, lagging };
}

function searchIn(reader: Reader, scope: Scope | 'all', params: Params): Search {
  const level: Level = scope === 'all' ? 'all' : 'account';
  return {
    select: (query) =>
      scope === 'all'
        ? reader.allRows(
            (from) => query({ sums: from.ledgerSums(level), entriesIn: from.ledgerEntries }),
            params,
          )
        : reader.rows(
            scope,
            (from) => query({ sums: from.ledgerSums('account'), entriesIn: from.ledgerEntries }),
            params,
          ),
  };
}

const BEFORE = "fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')";
const FROM = "fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')";

async function findGaps(search: Search): Promise<Gaps> {
  const gaps = await search.select<OffsetGap & { offsets: number; total: number }>(({ sums, entriesIn }) => {
    const missing = entriesIn(`
      SELECT origin_topic, origin_partition, stretch FROM ${sums}
      WHERE unrouted + unrecorded > 0 AND gap_at < ${BEFORE}
      ORDER BY gap_at LIMIT ${MAX_STRETCHES}`);
    // Neighbours have the same difference between their offset and their place in the row of missing ones.
    return `
      SELECT
        kind, origin_partition AS partition, min(origin_offset) AS firstOffset, max(origin_offset) AS lastOffset,
        count() AS offsets, sum(offsets) OVER (PARTITION BY kind) AS total,
        toUnixTimestamp64Milli(min(first_at)) AS sinceMs
      FROM (
        SELECT
          if(${IS_UNROUTED}, 'unrouted', 'unrecorded') AS kind, origin_partition, origin_offset, first_at,
          origin_offset - row_number() OVER (PARTITION BY kind, origin_partition ORDER BY origin_offset) AS island
        FROM ${missing}
        WHERE (${IS_UNROUTED} OR ${IS_UNRECORDED}) AND first_at >= ${FROM} AND first_at < ${BEFORE}
      )
      GROUP BY kind, origin_partition, island
      ORDER BY sinceMs, kind, partition, firstOffset
      LIMIT ${MAX_NAMED} BY kind
      LIMIT ${2 * MAX_NAMED}`;
  });
  const totalOf = (kind: OffsetGap['kind']) => gaps.find((gap) => gap.kind === kind)?.total ?? 0;
  return {
    unrouted: totalOf('unrouted'),
    unrecorded: totalOf('unrecorded'),
    gaps: gaps.slice(0, MAX_NAMED).map(({ kind, partition, firstOffset, lastOffset, sinceMs }) => ({
      kind,
      partition,
      firstOffset,
      lastOffset,
      sinceMs,
    })),
  };
}

async function findOverdue(search: Search): Promise<Overdue> {
  const byState = await search.select<{ state: number; overdue: number; oldest_ms: number }>(
    (from) => `
      SELECT ${STATE_CODE} AS state, count() AS overdue, min(${DUE_MS}) AS oldest_ms
      FROM ${overdueIn(from)} GROUP BY state`,
  );
  if (byState.length === 0) return NOTHING_OVERDUE;
  const [overdueDeliveries, overdueEndpoints] = await Promise.all([
    nameOverdue(search),
    worstOf(search, 'overdue DESC, oldestDueAtMs'),
  ]);
  const inState = (state: DeliveryState) =>
    byState.find((row) => DELIVERY_STATES[row.state] === state)?.overdue ?? 0;
  return {
    overdue: { pending: inState('pending'), waiting: inState('waiting'), held: inState('held') },
    oldestDueAtMs: Math.min(...byState.map(({ oldest_ms }) => oldest_ms)),
    overdueDeliveries,
    overdueEndpoints,
  };
}

async function nameOverdue(search: Search): Promise<OverdueDelivery[]> {
  const rows = await search.select<
    Omit<OverdueDelivery, 'state' | 'origin'> & {
      state: number;
      topic: string;
      partition: number;
      offset: number;
    }
  >(
    (from) => `
      SELECT
        toString(delivery_id) AS deliveryId, endpoint_id AS endpointId, account_id AS accountId,
        ${STATE_CODE} AS state, ${DUE_MS} AS dueAtMs,
        origin_topic AS topic, origin_partition AS partition, origin_offset AS offset
      FROM ${overdueIn(from)}
      ORDER BY dueAtMs, deliveryId
      LIMIT ${MAX_NAMED}`,
  );
  return rows.map(({ state, topic, partition, offset, ...named }) => ({
    ...named,
    state: DELIVERY_STATES[state]!,
    origin: { topic, partition, offset },
  }));
}

function worstOf(search: Search, order: string): Promise<OverdueEndpoint[]> {
  return search.select<OverdueEndpoint>(
    (from) => `
      SELECT
        endpoint_id AS endpointId, account_id AS accountId, count() AS overdue,
        min(${DUE_MS}) AS oldestDueAtMs
      FROM ${overdueIn(from)}
      GROUP BY account_id, endpoint_id
      ORDER BY ${order}, endpointId
      LIMIT ${MAX_ENDPOINTS}`,
  );
}

function overdueIn({ sums, entriesIn }: SearchedTables): string {
  const open = entriesIn(`
    SELECT origin_topic, origin_partition, stretch FROM ${sums}
    WHERE pending + waiting + held > 0 AND due_at < ${BEFORE}
    ORDER BY due_at LIMIT ${MAX_STRETCHES}`);
  return `(SELECT * FROM ${open} WHERE ${IS_OPEN} AND ${DUE_MS} >= {from_ms:Int64} AND ${DUE_MS} < {before_ms:Int64})`;
}
