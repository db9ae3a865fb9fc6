import { type ClickHouseOptions, connectClickHouse } from './client.ts';
import type { HistoryStore } from './history.ts';
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
import { createReader } from './read/reader.ts';
import { recount } from './read/recount.ts';
import { replayReads } from './read/replay-reads.ts';
import { listReplayed } from './read/replayed.ts';
import { readStats } from './read/stats.ts';
import { topFailing } from './read/top-failing.ts';

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

/** Opens lazily: nothing is asked of the server before the first read. */
export function openHistoryStore(options: HistoryOptions): HistoryStore {
  const { now = Date.now } = options;
  const client = connectClickHouse(options, {
    maxConnections: 10,
    settings: {
      readonly: '2',
      max_execution_time: Math.ceil((options.maxExecutionMs ?? MAX_EXECUTION_MS) / 1_000),
      max_memory_usage: String(MAX_MEMORY_BYTES),
      max_bytes_before_external_group_by: String(SPILL_BYTES),
      // It reads the column that a list is sorted by of every row, before the filter that nearly all fail.
      use_top_k_dynamic_filtering: 0,
      // Indexes asked as granules are read, and not before, double the CPU of searches by words and lists of events.
      use_skip_indexes_on_data_read: 0,
      // Offsets and times are below 2^53 and come as numbers.
      output_format_json_quote_64bit_integers: 0,
    },
  });
  const reader = createReader(client);
  return {
    deliveries: {
      list: (scope, query) => listDeliveries(reader, scope, query, now()),
      get: (scope, deliveryId) => getDelivery(reader, scope, deliveryId),
      facets: (scope, query) => countFacets(reader, scope, query),
      replayed: (scope, of) => listReplayed(reader, scope, of),
    },
    events: {
      list: (scope, query) => listEvents(reader, scope, query, now()),
      get: (scope, eventId) => getEvent(reader, scope, eventId),
      evidence: (scope, eventId, endpointId) => readEvidence(reader, scope, eventId, endpointId),
      erasedPublicationOf: (scope, deliveryIds) => erasedPublicationOf(reader, scope, deliveryIds),
      keptForDays: () => keptForDays(reader),
      groups: (scope, range) => countEventGroups(reader, scope, range),
      contents: (scope, events) => readContents(reader, scope, events),
    },
    deadLetters: deadLetterReads(reader),
    ledger: {
      read: (scope) => readLedger(reader, scope),
      endpoints: (scope, query) => listLedgerEndpoints(reader, scope, query),
      asOf: async () => (await readReport(reader))?.asOfMs,
      held: (scope, query) => readHeld(reader, scope, query),
      recount: (scope) => recount(reader, scope),
    },
    stats: {
      read: (scope, query) => readStats(reader, scope, query),
      endpoints: (scope, query) => listEndpointFigures(reader, scope, query),
      topFailing: (scope, query) => topFailing(reader, scope, query),
      lag: (scope, limit) => readLag(reader, scope, limit),
    },
    replays: replayReads(reader),
    audit: { list: (scope, query) => listAudit(reader, scope, query) },
    poison: { list: (query) => listPoison(reader, query) },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
}
