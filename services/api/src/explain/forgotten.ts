import type { HistoryStore, Scope } from '@herald/clickhouse/history';
import type { Forgotten } from '@herald/domain/explain/evidence';
import { deliveryId } from '@herald/domain/ids';
import type { ErasureTable } from '@herald/registry/erasures';

/** Endpoints that a delivery of the event is looked for to. */
const MAX_ENDPOINTS = 1_000;

export interface ForgottenSources {
  history: { events: Pick<HistoryStore['events'], 'erasedPublicationOf' | 'keptForDays'> };
  erasures: Pick<ErasureTable, 'erasedAtMs'>;
}

/**
 * Why nothing may be on record of an event any more. That it was erased is known by the deliveries that it led to, whose
 * ids can be computed, and which are noted with the publication alone: who sees a part of the account is not told.
 */
export async function readForgotten(
  { history, erasures }: ForgottenSources,
  scope: Scope,
  eventId: string,
  endpointIds: readonly string[],
): Promise<Forgotten> {
  const { accountId, projectIds, channelIds, endpointIds: onlyTo } = scope;
  const ids = endpointIds.slice(0, MAX_ENDPOINTS).map((id) => deliveryId(eventId, id, 'event'));
  const isAsked = !projectIds && !channelIds && !onlyTo && ids.length > 0;
  const [publicationId, keptDays] = await Promise.all([
    isAsked ? history.events.erasedPublicationOf(scope, ids) : undefined,
    history.events.keptForDays(),
  ]);
  return {
    erased: publicationId === undefined ? undefined : { atMs: erasures.erasedAtMs(accountId, publicationId) },
    accountErasedAtMs: erasures.erasedAtMs(accountId, undefined),
    keptDays,
  };
}
