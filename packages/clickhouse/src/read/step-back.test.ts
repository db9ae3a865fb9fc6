import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOf, type Place } from './place.ts';
import { type Step, type Stepped, stepBack, type Walk } from './step-back.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 10_000 * HOUR_MS;

test('what follows a span with some, but too few, is told that it is sparse: neither the first span nor one after none', async () => {
  const { steps } = await walk([hoursAgo(0.5), hoursAgo(100)]);
  expect(steps.slice(0, 3).map(({ isSparse }) => isSparse)).toEqual([false, true, false]);
});

test('a span that was cut short says nothing of what follows: it goes on where that ended, and looks at more', async () => {
  const list = Array.from({ length: 9 }, (_, n) => hoursAgo(0.1 * (n + 1)));
  const { steps } = await walk(list, { limit: 20 }, 4);
  expect(steps[1]).toMatchObject({ isSparse: false, after: list[3] });
  expect(steps[1]?.widening).toBeGreaterThan(1);
});

test('after a quiet time the next step begins where something is again', async () => {
  const old = hoursAgo(5_000);
  const { steps, found } = await walk([old], { newestBefore: async () => old[0] });
  expect(found).toEqual([old]);
  expect(steps[1]?.after).toEqual(endOf(old[0] + 1));
});

test('where nothing older is there at all, one step is enough', async () => {
  const { steps, end } = await walk([], { newestBefore: async () => undefined });
  expect(steps).toHaveLength(1);
  expect(end).toBeUndefined();
});

test('a page that read enough ends with the place to go on from, however little it has found', async () => {
  const { steps, found, end } = await walk([hoursAgo(9_000)], {}, Number.POSITIVE_INFINITY, 2_000_000);
  expect(steps).toHaveLength(1);
  expect(found).toEqual([]);
  expect(end?.[0]).toBeGreaterThan(hoursAgo(9_000)[0]);
});

test('page after page, a list is read once and in its order, whatever each step may look at', async () => {
  const places = fc.uniqueArray(fc.nat(9_999_000), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      places,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 9 }),
      async (ago, limit, mostInAStep) => {
        const list = ago.toSorted((one, other) => one - other).map((ms) => placeAt(NOW_MS - ms * 3_600));
        const read: Place[] = [];
        let after: Place | undefined;
        for (let pages = 0; pages === 0 || after; pages++) {
          expect(pages).toBeLessThan(1_000);
          const page = await walk(list, { after, limit }, mostInAStep);
          const shown = page.found.slice(0, limit);
          read.push(...shown);
          after = page.found.length > limit ? shown.at(-1) : page.end;
        }
        expect(read).toEqual(list);
      },
    ),
  );
});

/** Through a list of places, newest first, of which a step looks at `mostInAStep` and reads so many rows. */
async function walk(
  list: readonly Place[],
  given: Partial<Walk<Place>> = {},
  mostInAStep = Number.POSITIVE_INFINITY,
  rowsRead = 0,
) {
  const steps: Step<Place>[] = [];
  const take = async (step: Step<Place>): Promise<Stepped<Place, Place>> => {
    steps.push(step);
    const { after, sinceMs, widening } = step;
    const within = list.filter((place) => place[0] >= sinceMs && (!after || isOlder(place, after)));
    const found = within.slice(0, mostInAStep * widening);
    const isCut = found.length < within.length;
    return { found, end: isCut ? (found.at(-1) as Place) : endOf(sinceMs), isCut, rowsRead };
  };
  const { found, end } = await stepBack(
    {
      after: undefined,
      fromMs: undefined,
      toMs: undefined,
      nowMs: NOW_MS,
      limit: 5,
      firstStepMs: HOUR_MS,
      endOf,
      ...given,
    },
    take,
  );
  return { found, end, steps };
}

function isOlder([atMs, id]: Place, [otherMs, otherId]: Place): boolean {
  return atMs < otherMs || (atMs === otherMs && id < otherId);
}

function hoursAgo(hours: number): Place {
  return placeAt(NOW_MS - hours * HOUR_MS);
}

function placeAt(atMs: number): Place {
  return [atMs, 'dlv_1'];
}
