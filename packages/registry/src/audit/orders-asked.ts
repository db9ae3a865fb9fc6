import type { RetryOrder } from '../retry-order.ts';
import type { NewAuditEntry } from './entry.ts';

/** What the audit says of a change that is no edit of configuration, but for who asks. */
export type Asked = Omit<NewAuditEntry, 'accountId' | 'asker'>;

export function orderAsked(
  endpointId: string,
  { kind, orderedAtMs, deliveryIds }: Pick<RetryOrder, 'kind' | 'orderedAtMs' | 'deliveryIds'>,
): Asked {
  return {
    action: 'retries.ordered',
    subject: { kind: 'endpoint', id: endpointId },
    after: {
      order: kind,
      ordered_at: new Date(orderedAtMs).toISOString(),
      delivery_ids: deliveryIds.size === 0 ? 'all' : [...deliveryIds],
    },
  };
}

/** Of one publication, or of all of the account. */
export function erasureAsked(accountId: string, publicationId: string | undefined): Asked {
  return {
    action: 'history.erased',
    subject:
      publicationId === undefined
        ? { kind: 'account', id: accountId }
        : { kind: 'publication', id: publicationId },
  };
}
