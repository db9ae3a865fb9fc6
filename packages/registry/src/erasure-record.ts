import type * as avro from '@herald/contracts/generated/erasure';
import type { Erasure } from '@herald/domain/erasure';

/** An erasure takes the place of an earlier one of the same publication or account: it has to include it. */
export function erasureKey({ accountId, publicationId }: Erasure): string {
  return JSON.stringify(publicationId === undefined ? [accountId] : [accountId, publicationId]);
}

export function erasureOf(record: avro.Erasure): Erasure {
  return {
    accountId: record.account_id,
    publicationId: record.publication_id ?? undefined,
    erasedAtMs: record.erased_at,
    eventEnds: record.event_ends,
    erasedBy: record.erased_by,
  };
}

export function erasureRecordOf(erasure: Erasure): avro.Erasure {
  return {
    account_id: erasure.accountId,
    publication_id: erasure.publicationId ?? null,
    erased_at: erasure.erasedAtMs,
    event_ends: [...erasure.eventEnds],
    erased_by: erasure.erasedBy,
  };
}
