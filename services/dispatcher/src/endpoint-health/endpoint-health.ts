import type { Encoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import type { OperationalEventType } from '@herald/domain/event-type';
import type { Verdict } from '@herald/domain/verdict';
import type { OutgoingRecord } from '@herald/kafka/record';
import { type Failing, failingUnder } from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { LRUCache } from 'lru-cache';
import type { Decided, Holds } from '../delivery-lane/holds.ts';
import { type EscalationPolicy, escalate } from './escalation.ts';
import { type LastOutcome, type Notice, noticeEvent } from './notice.ts';

/** Runs of failures in memory: as many as one dispatcher is built to have endpoints. A forgotten one counts anew. */
const MAX_RUNS = 10_000;

/** An endpoint that fails now and then must not write its status each time. */
const MAX_STATUS_INTERVAL_MS = 60_000;

/** What an attempt comes to, with what it says about its endpoint taken into account. */
export interface Judged {
  verdict: Verdict;
  /** Goes on record with the step. */
  notice?: OutgoingRecord;
  /** Goes on record when the step has: a kill between the two tells the same event again, and loses none. */
  decided?: Decided;
}

/** Since when endpoints have been failing, what their owners are told about it, and when they are held for it. */
export interface EndpointHealth {
  /** To be asked once for each attempt of a partition that is still ours. */
  judged(configured: ConfiguredEndpoint, made: LastOutcome, verdict: Verdict, nowMs: number): Judged;
}

export interface EndpointHealthOptions {
  holds: Pick<Holds, 'stateOf' | 'statusOf' | 'decide'>;
  policy: EscalationPolicy;
  encoder: Encoder<PublicationEvent>;
  onNotice: (notice: Notice) => void;
}

/** Failures in a row that this process has seen; none since the last success. */
interface Run {
  sinceMs: number;
  revision: number;
  failures: number;
  /** When such a run last went on record for its first failure. */
  writtenAtMs: number;
}

export function createEndpointHealth(options: EndpointHealthOptions): EndpointHealth {
  const { holds, policy, encoder, onNotice } = options;
  const runs = new LRUCache<string, Run>({ max: MAX_RUNS });
  const statusIntervalMs = Math.min(MAX_STATUS_INTERVAL_MS, (policy.warnAfterMs[0] ?? Infinity) / 10);

  return {
    judged(configured, made, verdict, nowMs) {
      if (verdict.kind === 'delivered') return recovered(configured, verdict);
      // Attempts that were under way together find it gone together: one of them says it.
      if (holds.stateOf(configured).state === 'held') return { verdict };
      return failed(configured, made, verdict, nowMs);
    },
  };

  function recovered(configured: ConfiguredEndpoint, verdict: Verdict): Judged {
    const { endpoint, revision } = configured;
    const run = runs.get(endpoint.id);
    if (run) run.failures = 0;
    const isOnRecord = failingUnder(revision, holds.statusOf(endpoint.id)) !== undefined;
    if (!isOnRecord || holds.stateOf(configured).state === 'held') return { verdict };
    return { verdict, decided: holds.decide(configured, { failing: undefined }) };
  }

  function failed(
    configured: ConfiguredEndpoint,
    last: LastOutcome,
    verdict: Verdict,
    nowMs: number,
  ): Judged {
    const { endpoint, revision } = configured;
    const onRecord = failingUnder(revision, holds.statusOf(endpoint.id));
    const run = countFailure(configured, onRecord, nowMs);
    const failing = onRecord ?? { sinceMs: run.sinceMs, revision, warnedMs: 0 };
    const told = (type: OperationalEventType, reason: Notice['reason'], occasion: readonly number[]) => {
      const consecutiveFailures = run.failures;
      const failingSinceMs = failing.sinceMs;
      return tell({ endpoint, type, reason, occasion, failingSinceMs, consecutiveFailures, last, nowMs });
    };
    // Held once under a revision, since only a later one lifts it.
    const disabled = (reason: Notice['reason']): Judged => ({
      verdict: { kind: 'hold', reason },
      notice: told('endpoint.disabled', reason, [revision]),
      decided: holds.decide(configured, { hold: reason, failing, isTold: true }),
    });

    if (verdict.kind === 'hold') return disabled(verdict.reason);
    if (!onRecord) {
      if (nowMs - run.writtenAtMs < statusIntervalMs) return { verdict };
      run.writtenAtMs = nowMs;
      return { verdict, decided: holds.decide(configured, { failing }) };
    }
    const escalation = escalate(failing, policy, nowMs);
    switch (escalation.kind) {
      case 'none':
        return { verdict };
      case 'disable':
        return disabled('failing');
      case 'warn':
        return {
          verdict,
          notice: told('endpoint.failing', 'failing', [revision, failing.sinceMs, escalation.afterMs]),
          decided: holds.decide(configured, {
            failing: { ...failing, warnedMs: escalation.afterMs },
            isTold: true,
          }),
        };
    }
  }

  function countFailure(
    { endpoint, revision }: ConfiguredEndpoint,
    onRecord: Failing | undefined,
    nowMs: number,
  ): Run {
    const found = runs.get(endpoint.id);
    const known = found?.revision === revision ? found : undefined;
    const sinceMs = onRecord?.sinceMs ?? nowMs;
    const run: Run = known?.failures
      ? known
      : { sinceMs, revision, failures: 0, writtenAtMs: known?.writtenAtMs ?? -Infinity };
    run.failures += 1;
    runs.set(endpoint.id, run);
    return run;
  }

  function tell(notice: Notice): OutgoingRecord {
    const event = noticeEvent(notice);
    onNotice(notice);
    return { topic: TOPICS.events, key: event.publication_id, value: encoder.encode(event) };
  }
}
