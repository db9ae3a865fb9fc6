import { z } from 'zod';
import type { DeliveryQuery, DeliverySummary, Listing, Scope } from '../history.ts';
import { cursorsOf } from './cursor.ts';
import { filterOf } from './delivery-filter.ts';
import { takeStep } from './delivery-step.ts';
import type { Place } from './place.ts';
import type { Reader } from './reader.ts';
import { FIRST_STEP_MS, MAX_ROWS_READ, nextStepMs } from './step-width.ts';
import { summariesAt } from './summaries-at.ts';

const cursors = cursorsOf('deliveries', z.tuple([z.int().nonnegative(), z.guid()]).readonly());

/** Steps of a page; most need one or two. */
const MAX_STEPS = 5;

/** How many more candidates a step looks at when most of those before it did not match. */
const WIDENING = 16;

/**
 * A page is made in steps back in time. Each reads in the order of the list from where the last one ended, so a page
 * deep in a list costs what the first does; and a page ends, perhaps short, when it has read enough.
 */
export async function listDeliveries(
  reader: Reader,
  scope: Scope,
  query: DeliveryQuery,
  nowMs: number,
): Promise<Listing<DeliverySummary>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const filter = filterOf(query);
  const oldestMs = Math.max(query.fromMs ?? 0, 0);
  const places: Place[] = [];
  // Beyond the newest place lies what claims to be of the future.
  let after = start.position;
  let stepMs = filter.isByIndex ? Number.POSITIVE_INFINITY : FIRST_STEP_MS;
  let widening = 1;

  let rowsLeft = MAX_ROWS_READ;
  for (let steps = 0; steps < MAX_STEPS && rowsLeft > 0; steps++) {
    const wanted = query.limit + 1 - places.length;
    const beginMs = Math.min(after?.[0] ?? nowMs, query.toMs ?? nowMs, nowMs);
    const sinceMs = Math.max(oldestMs, Math.floor(beginMs - stepMs));
    const span = { after, sinceMs };
    const step = await takeStep(reader, scope, { filter, text: query.text, span, wanted, widening });
    places.push(...step.places);
    if (places.length > query.limit) return pageOf(places.slice(0, query.limit), places[query.limit - 1]);
    if (!step.isCut && sinceMs === oldestMs) return pageOf(places, undefined);
    after = step.end;
    rowsLeft -= step.rowsRead;
    if (step.isCut) widening *= WIDENING;
    else
      stepMs = nextStepMs(stepMs, { wanted, found: step.places.length, rowsRead: step.rowsRead }, rowsLeft);
  }
  return pageOf(places, after);

  async function pageOf(shown: readonly Place[], next: Place | undefined): Promise<Listing<DeliverySummary>> {
    return {
      kind: 'page',
      items: await summariesAt(reader, scope, shown),
      nextCursor: next && cursors.encode(next, query),
    };
  }
}
