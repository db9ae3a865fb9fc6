import type { Decision, SkipReason } from '@herald/replay/decide';
import { REPLAY_STATES, type ReplayState } from '@herald/replay/progress';
import type { Logger } from '@herald/service-kit/log';
import type { Metrics } from '@herald/service-kit/metrics';

/** What runs tell of themselves. */
export interface ReplayObserver {
  done(decisions: readonly Decision[]): void;
  /** So many of the plan were not met in the run. */
  unmet(deliveries: number, reason: SkipReason): void;
  /** `error` where it is known what stands behind it. */
  waits(detail: string, error?: unknown): void;
  failed(replayId: string, error: unknown): void;
}

/** A help text says what to do when its metric moves. */
export function createObserver(metrics: Metrics, log: Logger): ReplayObserver {
  const sent = metrics.counter({
    name: 'herald_replayer_deliveries_sent_total',
    help: 'Deliveries of replays that are acknowledged in webhook.backfill. Zero while replays are running: look at herald_replayer_pauses_total and at the log.',
  });
  const skipped = metrics.counter<'reason'>({
    name: 'herald_replayer_deliveries_skipped_total',
    help: 'Deliveries that replays left out, by reason. Many expired: what was asked for is older than Kafka keeps; raise the retention of the topic.',
    labelNames: ['reason'],
  });
  const pauses = metrics.counter({
    name: 'herald_replayer_pauses_total',
    help: 'Times that a replay waited for what it needs, as ClickHouse or Kafka. Rises: the log says for what, and so does waiting_for of the replay; it goes on by itself when that is there.',
  });
  const failures = metrics.counter({
    name: 'herald_replayer_failures_total',
    help: 'Replays that cannot go on: ClickHouse refuses what they ask again and again, their topic is another one by now, or it is a bug. Any: the log and the replay itself say why; ask for the rest with a new one, of less where ClickHouse refused.',
  });
  return {
    done(decisions) {
      for (const decision of decisions) {
        if (decision.kind === 'send') sent.inc();
        else if (decision.kind === 'skip') skipped.inc({ reason: decision.reason });
      }
    },
    unmet: (deliveries, reason) => skipped.inc({ reason }, deliveries),
    waits(detail, err) {
      pauses.inc();
      log.warn({ detail, err }, 'a replay waits');
    },
    failed(replayId, err) {
      failures.inc();
      log.error({ err, replayId }, 'a replay has failed');
    },
  };
}

/** What is read at each scrape. */
export function watch(
  metrics: Metrics,
  watched: { states(): Iterable<ReplayState>; isOwner(): boolean },
): void {
  metrics.gauge<'state'>({
    name: 'herald_replayer_replays_count',
    help: 'Replays that are remembered, by state; every replayer tells of all of them. Planning or running for long without deliveries sent: look at herald_replayer_pauses_total.',
    labelNames: ['state'],
    collect() {
      for (const state of REPLAY_STATES) this.set({ state }, 0);
      for (const state of watched.states()) this.inc({ state });
    },
  });
  metrics.gauge({
    name: 'herald_replayer_ownership_held_ratio',
    help: '1 in the replayer that works on the replays, 0 in those that stand by. 0 in all of them for over a minute: restart them and keep their logs.',
    collect() {
      this.set(watched.isOwner() ? 1 : 0);
    },
  });
}
