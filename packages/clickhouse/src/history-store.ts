import type { ClickHouseClient } from '@clickhouse/client';
import { type ClickHouseOptions, connectClickHouse } from './client.ts';
import type { HistoryReads, HistoryStore } from './history.ts';
import { listAudit } from './read/audit.ts';
import { deadLetterReads } from './read/dead-letters.ts';
import { getDelivery } from './read/delivery-detail.ts';
import { listDeliveries } from './read/delivery-list.ts';
import { listEndpointFigures } from './read/endpoint-stats.ts';
import { readContents } from './read/event-contents.ts';
import { countEventGroups } from './read/event-groups.ts';
import { listEvents } from './read/event-list.ts';
import { getEvent } from './read/events.ts';
import { readEvidence } from './read/explain.ts';
import { countFacets } from './read/facets.ts';
import { erasedPublicationOf, keptForDays } from './read/forgotten.ts';
import { readHeld } from './read/held.ts';
import { readLag } from './read/lag.ts';
import { readLedger, readReport } from './read/ledger.ts';
import { listLedgerEndpoints } from './read/ledger-endpoints.ts';
import { listPoison } from './read/poison.ts';
import { createReader, type Reader } from './read/reader.ts';
import { recount } from './read/recount.ts';
import { replayReads } from './read/replay-reads.ts';
import { listReplayed } from './read/replayed.ts';
import { readStats } from './read/stats.ts';
import { topFailing } from './read/top-failing.ts';
import { createReadTurns } from './read-turns.ts';

/** Bounds of one read, so that a query that goes astray ends itself and not the server. */
const MAX_EXECUTION_MS = 60_000;
const MAX_MEMORY_BYTES = 1_000_000_000;
const SPILL_BYTES = 400_000_000;

export interface HistoryOptions extends ClickHouseOptions {
  /** Of one query: no longer than anybody waits for it, or given-up ones take the places of others. Default 60,000. */
  maxExecutionMs?: number;
  /** Epoch milliseconds, where lists begin. Default: the clock of this process. */
  now?: () => number;
}

/** Queries at once: beyond them ClickHouse does each more slowly, and none sooner. */
const MAX_CONNECTIONS = 10;

/** For a turn: half of what a read has by default, so that there is time left for it. */
const MAX_WAIT_MS = 5_000;

/** A client whose queries are bounded, and only read. */
export function connectForReads(options: Omit<HistoryOptions, 'now'>): ClickHouseClient {
  return connectClickHouse(options, {
    maxConnections: MAX_CONNECTIONS,
    settings: {
      readonly: '2',
      // Which they are when nobody waits for a read any more.
      cancel_http_readonly_queries_on_client_close: 1,
      max_execution_time: Math.ceil((options.maxExecutionMs ?? MAX_EXECUTION_MS) / 1_000),
      max_memory_usage: String(MAX_MEMORY_BYTES),
      max_bytes_before_external_group_by: String(SPILL_BYTES),
      // It reads the column that a list is sorted by of every row, before the filter that nearly all fail.
      use_top_k_dynamic_filtering: 0,
      // Indexes asked as granules are read, and not before, double the CPU of searches by words and lists of events.
      use_skip_indexes_on_data_read: 0,
      // Of a list in its order it would read all parts to their end before the newest rows of them are looked at.
      read_in_order_use_buffering: 0,
      // Offsets and times are below 2^53 and come as numbers.
      output_format_json_quote_64bit_integers: 0,
    },
  });
}

/** Opens lazily: nothing is asked of the server before the first read. */
export function openHistoryStore(options: HistoryOptions): HistoryStore {
  const { now = Date.now } = options;
  const client = connectForReads(options);
  const turns = createReadTurns({ turns: MAX_CONNECTIONS, maxWaitMs: MAX_WAIT_MS });
  return {
    ...readsOf(now, (read) => read(createReader(client))),
    under: ({ signal: leaving, timeoutMs, accountId }) =>
      readsOf(now, async (read) => {
        const deadline = new AbortController();
        const late = () => deadline.abort(new Error(`ClickHouse gave no answer in ${timeoutMs} ms`));
        const timer = setTimeout(late, timeoutMs);
        try {
          const signal = AbortSignal.any([leaving, deadline.signal]);
          const takeTurn = accountId === undefined ? undefined : () => turns.take(accountId, signal);
          return await read(createReader(client, { signal, ...(takeTurn && { takeTurn }) }));
        } finally {
          clearTimeout(timer);
        }
      }),
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}

/** @param withReader gives each read what it reads by */
function readsOf(
  now: () => number,
  withReader: <T>(read: (reader: Reader) => Promise<T>) => Promise<T>,
): HistoryReads {
  /** A read whose first argument is the reader, without it. */
  const read =
    <Rest extends unknown[], T>(by: (reader: Reader, ...rest: Rest) => Promise<T>) =>
    (...rest: Rest) =>
      withReader((reader) => by(reader, ...rest));
  return {
    deliveries: {
      list: (scope, query) => withReader((reader) => listDeliveries(reader, scope, query, now())),
      get: read(getDelivery),
      facets: read(countFacets),
      replayed: read(listReplayed),
    },
    events: {
      list: (scope, query) => withReader((reader) => listEvents(reader, scope, query, now())),
      get: read(getEvent),
      evidence: read(readEvidence),
      erasedPublicationOf: read(erasedPublicationOf),
      keptForDays: read(keptForDays),
      groups: read(countEventGroups),
      contents: read(readContents),
    },
    deadLetters: {
      find: (...asked) => withReader((reader) => deadLetterReads(reader).find(...asked)),
      list: (...asked) => withReader((reader) => deadLetterReads(reader).list(...asked)),
      groups: (...asked) => withReader((reader) => deadLetterReads(reader).groups(...asked)),
    },
    ledger: {
      read: read(readLedger),
      endpoints: read(listLedgerEndpoints),
      asOf: () => withReader(async (reader) => (await readReport(reader))?.asOfMs),
      held: read(readHeld),
      recount: read(recount),
    },
    stats: {
      read: read(readStats),
      endpoints: read(listEndpointFigures),
      topFailing: read(topFailing),
      lag: read(readLag),
    },
    replays: {
      select: (...asked) => withReader((reader) => replayReads(reader).select(...asked)),
      delivered: (...asked) => withReader((reader) => replayReads(reader).delivered(...asked)),
      underway: (...asked) => withReader((reader) => replayReads(reader).underway(...asked)),
    },
    audit: { list: read(listAudit) },
    poison: { list: read(listPoison) },
  };
}
