import { z } from 'zod';
import type { DeliveryQuery, DeliverySummary, Listing, Scope } from '../history.ts';
import { cursorsOf } from './cursor.ts';
import { filterOf } from './delivery-filter.ts';
import { takeStep } from './delivery-step.ts';
import { newestBefore } from './newest.ts';
import { endOf } from './place.ts';
import type { Reader } from './reader.ts';
import { stepBack } from './step-back.ts';
import { FIRST_STEP_MS } from './step-width.ts';
import { summariesAt } from './summaries-at.ts';

const cursors = cursorsOf('deliveries', z.tuple([z.int().nonnegative(), z.guid()]).readonly());

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
  const { limit, fromMs, toMs, text } = query;
  const walk = {
    ...{ after: start.position, fromMs, toMs, nowMs, limit, endOf },
    ...(text === undefined
      ? {
          firstStepMs: filter.isByIndex ? FIRST_STEP_MS.byId : FIRST_STEP_MS[filter.candidatesIn],
          newestBefore: (atMs: number) => newestBefore(reader, scope, filter.candidatesIn, atMs),
        }
      : { firstStepMs: FIRST_STEP_MS.byWords }),
  };
  const { found, end } = await stepBack(walk, ({ after, sinceMs, ...step }) =>
    takeStep(reader, scope, { filter, text, span: { after, sinceMs }, ...step }),
  );
  const shown = found.slice(0, limit);
  const next = found.length > limit ? shown.at(-1) : end;
  return {
    kind: 'page',
    items: await summariesAt(reader, scope, shown),
    nextCursor: next && cursors.encode(next, query),
  };
}
