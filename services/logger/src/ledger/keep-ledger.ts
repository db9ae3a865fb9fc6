import type { ClickHouseOptions } from '@herald/clickhouse/client';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { openLedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import { LOGGED_TOPICS } from '@herald/clickhouse/rows/row-maker';
import type { KafkaConnection } from '@herald/kafka/connection';
import { openGroupProgress } from '@herald/kafka/group-progress';
import type { Logger } from '@herald/service-kit/log';
import type { Metrics } from '@herald/service-kit/metrics';
import { startLedgerKeeper } from './ledger-keeper.ts';
import { createLedgerMetrics, watchLedger } from './ledger-metrics.ts';
import { createReporter } from './reporter.ts';

export interface KeepLedgerOptions {
  clickhouse: ClickHouseOptions;
  connection: KafkaConnection;
  /** Of the log lanes: what they have committed is on record. */
  groupId: string;
  isKeeper: () => boolean;
  everyMs: number;
  overdueAfterMs: number;
  retentionMs: number;
  settledUntilMs: number;
  log: Logger;
  metrics: Metrics;
}

/** The ledger's part of a logger: rounds, metrics, and a log line for what does not add up. */
export function keepLedger(options: KeepLedgerOptions): { stop(): Promise<void> } {
  const { clickhouse, connection, groupId, isKeeper, log, metrics } = options;
  const progress = openGroupProgress({ connection, groupId, topics: LOGGED_TOPICS });
  const counter = openLedgerCounter(clickhouse);
  const history = openHistoryStore(clickhouse);
  const ledgerMetrics = createLedgerMetrics(metrics);
  const report = createReporter(log);

  const keeper = startLedgerKeeper({
    isKeeper,
    progress,
    counter,
    readLedger: () => history.ledger.read('all'),
    everyMs: options.everyMs,
    overdueAfterMs: options.overdueAfterMs,
    retentionMs: options.retentionMs,
    settledUntilMs: options.settledUntilMs,
    onCounted(ledger, { stretches, isRecount, durationMs }) {
      ledgerMetrics.rounds.observe({ kind: isRecount ? 'recount' : 'changes' }, durationMs / 1_000);
      ledgerMetrics.stretches.inc(stretches);
      log.debug({ stretches, isRecount, durationMs }, 'the ledger was counted');
      report(ledger);
    },
    onFailed(err) {
      ledgerMetrics.failures.inc();
      log.warn({ err }, 'the ledger could not be counted, it is tried again');
    },
    now: Date.now,
  });
  watchLedger(metrics, () => keeper.ledger);

  return {
    async stop() {
      const stopped = keeper.stop();
      // A round that ClickHouse or Kafka holds up ends with its connections.
      await Promise.all([progress.close(), counter.close(), history.close()]);
      await stopped;
    },
  };
}
