/** An event, as far as order is concerned. */
export interface OrderedEvent {
  publicationId: string;
  webhookId: string;
}

/**
 * Counts the messages that were accepted before one of the same publication which is older. What came again after it
 * had been accepted is out of order by its nature, and not counted.
 *
 * @param published in the order in which they went on record
 * @param requests in the order of their arrival
 */
export function countMisordered(
  published: readonly OrderedEvent[],
  requests: readonly { webhookId: string; status: number | undefined }[],
): number {
  const acceptedAs = new Map<string, number>();
  for (const { webhookId, status } of requests) {
    if (status === 200 && !acceptedAs.has(webhookId)) acceptedAs.set(webhookId, acceptedAs.size);
  }
  let misordered = 0;
  for (const events of Map.groupBy(published, ({ publicationId }) => publicationId).values()) {
    let latest = -1;
    for (const { webhookId } of events) {
      const place = acceptedAs.get(webhookId) ?? Number.POSITIVE_INFINITY;
      if (place < latest) misordered += 1;
      latest = Math.max(latest, place);
    }
  }
  return misordered;
}
