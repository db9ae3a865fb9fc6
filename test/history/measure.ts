import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryStore } from '@herald/clickhouse/history';
import { type Case, casesOf, type Samples } from './cases.ts';
import type { Server } from './server.ts';
import { LARGEST_ACCOUNT, LAST_STEP } from './world.ts';

const PAGE_ITEMS = 50;
/** To reach a depth, and in bench time only: a cursor takes any page size. */
const WALK_ITEMS = 200;
const DEPTHS = [1, 10, 100, 1_000] as const;
const RUNS = 5;
/** Steps to a depth; a search that goes through a long past in short pages is not walked to its end. */
const MAX_WALK_PAGES = 600;

/** A page of 50 of one list, at one depth. */
export interface Figure {
  query: string;
  /** In pages; 1 is the newest. */
  depth: number;
  items: number;
  /** With the caches of ClickHouse's own empty. */
  medianMs: number;
  worstMs: number;
  /** Asked again at once. */
  warmMs: number;
  /** Of the median run, over all its queries. */
  rowsRead: number;
  granulesSelected: number;
  granulesTotal: number;
}

export interface Which {
  /** In pages. */
  maxDepth: number;
  /** What the name of a list has; empty for all. */
  only: string;
}

/** Measures each list at each depth that it has, ClickHouse's caches empty, with nothing merging meanwhile. */
export async function measureLists(
  server: Server,
  history: HistoryStore,
  { untilMs, maxDepth, only }: Which & { untilMs: number },
  onProgress: (line: string) => void,
): Promise<Figure[]> {
  await mergesSettled(server);
  await server.run('SYSTEM STOP MERGES');
  const figures: Figure[] = [];
  try {
    const cases = casesOf(history, await samplesOf(server, untilMs));
    for (const one of cases.filter(({ name }) => name.includes(only))) {
      const measured = await measureCase(server, one, maxDepth);
      figures.push(...measured);
      onProgress(
        `${one.name}: ${measured.map(({ depth, medianMs }) => `${medianMs.toFixed(0)} ms at ${depth}`).join(', ')}`,
      );
    }
  } finally {
    await server.run('SYSTEM START MERGES');
  }
  return figures;
}

async function measureCase(server: Server, { name, page }: Case, maxDepth: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  let cursor: string | undefined;
  let seen = 0;
  let walked = 0;
  for (const depth of DEPTHS.filter((each) => each <= maxDepth)) {
    while (seen < (depth - 1) * PAGE_ITEMS) {
      const listing = await page(cursor, Math.min(WALK_ITEMS, (depth - 1) * PAGE_ITEMS - seen));
      if (listing.kind !== 'page') throw new Error(listing.reason);
      seen += listing.items.length;
      cursor = listing.nextCursor;
      if (cursor === undefined || ++walked > MAX_WALK_PAGES) return figures;
    }
    figures.push({ query: name, depth, ...(await measurePage(server, () => page(cursor, PAGE_ITEMS))) });
  }
  return figures;
}

async function measurePage(server: Server, ask: () => ReturnType<Case['page']>) {
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    await server.dropCaches();
    const before = await server.counters();
    const startedMs = performance.now();
    const listing = await ask();
    const ms = performance.now() - startedMs;
    const after = await server.counters();
    const againMs = performance.now();
    await ask();
    const warmMs = performance.now() - againMs;
    const spent = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    runs.push({
      ms,
      warmMs,
      items: listing.kind === 'page' ? listing.items.length : 0,
      rowsRead: spent('SelectedRows'),
      granulesSelected: spent('SelectedMarks'),
      granulesTotal: spent('SelectedMarksTotal'),
    });
  }
  const warmMs = medianOf(runs.map((run) => run.warmMs));
  runs.sort((a, b) => a.ms - b.ms);
  const { ms: medianMs, ...median } = runs[Math.floor(RUNS / 2)]!;
  return { ...median, medianMs, worstMs: runs.at(-1)!.ms, warmMs };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Always the same of one past: what an event or a delivery costs follows how many parts it is in. */
async function samplesOf(server: Server, untilMs: number): Promise<Samples> {
  const ofSteps = async (step: number) => {
    const [sample] = await server.ask<{ publicationId: string; eventId: string; deliveryId: string }>(`
      SELECT publication_id AS publicationId, event_id AS eventId, toString(delivery_id) AS deliveryId
      FROM attempts
      WHERE account_id = '${LARGEST_ACCOUNT}' AND step = ${step}
      ORDER BY delivery_id
      LIMIT 1`);
    if (!sample) throw new Error(`no delivery came to step ${step}: the database was filled with too little`);
    return sample;
  };
  const [sample, { deliveryId: longDeliveryId }] = [await ofSteps(2), await ofSteps(LAST_STEP)];
  return { untilMs, ...sample, longDeliveryId };
}

/** Merges that go on for longer are stopped where they are. */
const MAX_SETTLE_MS = 300_000;

async function mergesSettled(server: Server): Promise<void> {
  const deadlineMs = Date.now() + MAX_SETTLE_MS;
  for (let quiet = 0; quiet < 3 && Date.now() < deadlineMs; ) {
    const [row] = await server.ask<{ running: number }>('SELECT count() AS running FROM system.merges');
    quiet = row?.running === 0 ? quiet + 1 : 0;
    await sleep(1_000);
  }
}
