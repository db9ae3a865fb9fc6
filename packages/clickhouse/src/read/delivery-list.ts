import { z } from 'zod';
import type { DeliveryQuery, DeliverySummary, Listing, Scope } from '../history.ts';
import { cursorsOf } from './cursor.ts';
import { type DeliveryFilter, filterOf } from './delivery-filter.ts';
import { takeStep, takeWordStep } from './delivery-step.ts';
import { newestBefore } from './newest.ts';
import { endOf, type Place } from './place.ts';
import type { Reader } from './reader.ts';
import { stepBack, type Walk } from './step-back.ts';
import { FIRST_STEP_MS } from './step-width.ts';
import { summariesAt } from './summaries-at.ts';
import { listByWords } from './word-list.ts';

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
  const walk = { after: start.position, fromMs, toMs, nowMs, limit, endOf };
  const decidedByEvent = filter.isOfEvent && scope.endpointIds === undefined;
  const { items, end } =
    text !== undefined && decidedByEvent
      ? await pageByWords(reader, scope, { filter, text }, walk)
      : await pageOfPlaces(reader, scope, { filter, text }, walk);
  return { kind: 'page', items, nextCursor: end && cursors.encode(end, query) };
}

interface Page {
  items: DeliverySummary[];
  /** Where the next one begins; undefined where there is nothing more. */
  end: Place | undefined;
}

type Start = Omit<Walk<Place>, 'firstStepMs' | 'newestBefore'>;

async function pageByWords(
  reader: Reader,
  scope: Scope,
  { filter, text }: { filter: DeliveryFilter; text: string },
  walk: Start,
): Promise<Page> {
  const told = await listByWords(reader, scope, { words: text, filter }, walk);
  if (!told) return pageOfPlaces(reader, scope, { filter, text }, walk);
  const items = told.found.slice(0, walk.limit);
  if (told.found.length > walk.limit) return { items, end: placeOf(items.at(-1)!) };
  if (!told.end || !told.isFull || items.length === walk.limit) return { items, end: told.end };
  // Most events that say the words led to nothing: of more of them at once the few are looked for that did.
  const left = { ...walk, after: told.end, limit: walk.limit - items.length };
  const rest = await pageOfPlaces(reader, scope, { filter, text }, left);
  return { items: [...items, ...rest.items], end: rest.end };
}

function placeOf({ occurredAtMs, deliveryId }: DeliverySummary): Place {
  return [occurredAtMs, deliveryId];
}

async function pageOfPlaces(
  reader: Reader,
  scope: Scope,
  { filter, text }: { filter: DeliveryFilter; text: string | undefined },
  start: Start,
): Promise<Page> {
  const { found, end } = await (text === undefined
    ? stepBack(
        {
          ...start,
          firstStepMs: filter.isByIndex ? FIRST_STEP_MS.byId : FIRST_STEP_MS[filter.candidatesIn],
          newestBefore: (atMs: number) => newestBefore(reader, scope, filter.candidatesIn, atMs),
        },
        (step) => takeStep(reader, scope, filter, step),
      )
    : // Its steps end by themselves.
      stepBack({ ...start, firstStepMs: Number.POSITIVE_INFINITY }, (step) =>
        takeWordStep(reader, scope, { filter, text }, { ...start, ...step }),
      ));
  const shown = found.slice(0, start.limit);
  return {
    items: await summariesAt(reader, scope, shown),
    end: found.length > start.limit ? shown.at(-1) : end,
  };
}
