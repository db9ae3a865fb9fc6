import type { EndpointLedger, Ledger } from '@herald/clickhouse/ledger/ledger';
import type { z } from 'zod';
import { isoTime, isoTimeOrNull } from '../http/fields.ts';
import type { endpointLedgerView, ledgerView } from './ledger-fields.ts';

export function viewLedger({ report, figures, findings }: Ledger): z.output<typeof ledgerView> {
  return {
    counted_at: isoTimeOrNull(report?.countedAtMs),
    as_of: isoTimeOrNull(report?.asOfMs),
    ...figures,
    gaps: {
      unrouted: findings.unrouted,
      unrecorded: findings.unrecorded,
      items: findings.gaps.map((gap) => ({
        kind: gap.kind,
        partition: gap.partition,
        first_offset: gap.firstOffset,
        last_offset: gap.lastOffset,
        since: isoTime(gap.sinceMs),
      })),
    },
    overdue: {
      after_seconds: report === undefined ? null : report.overdueAfterMs / 1_000,
      ...findings.overdue,
      oldest_due_at: isoTimeOrNull(findings.oldestDueAtMs),
      deliveries: findings.overdueDeliveries.map((delivery) => ({
        delivery_id: delivery.deliveryId,
        endpoint_id: delivery.endpointId,
        state: delivery.state,
        due_at: isoTime(delivery.dueAtMs),
        origin: delivery.origin,
      })),
      endpoints: findings.overdueEndpoints.map((endpoint) => ({
        endpoint_id: endpoint.endpointId,
        overdue: endpoint.overdue,
        oldest_due_at: isoTime(endpoint.oldestDueAtMs),
      })),
    },
  };
}

export function viewEndpointLedger(ledger: EndpointLedger): z.output<typeof endpointLedgerView> {
  const { endpointId, nextDueAtMs, ...counts } = ledger;
  return { endpoint_id: endpointId, ...counts, next_due_at: isoTimeOrNull(nextDueAtMs) };
}
