/** Rows that a page may read in search of what is rare; the step that goes beyond it is its last. */
export const MAX_ROWS_READ = 1_000_000;

/** How far back the first step of a page looks: by what indexes find wherever it is, by words, or in a table. */
export const FIRST_STEP_MS = {
  byId: Number.POSITIVE_INFINITY,
  byWords: 24 * 3_600_000,
  deliveries: 24 * 3_600_000,
  troubles: 7 * 24 * 3_600_000,
  events: 3_600_000,
  /** Of a type, and of what it is of: an index leaves most of a day out. */
  eventsOfType: 24 * 3_600_000,
};

/** A step that would be wider looks at all that is left. */
const WIDEST_STEP_MS = 14 * 24 * 3_600_000;

/** What was cheap in an hour need not be in a year. */
const MAX_GROWTH = 24;

/** Of what is wanted, how much the next step should find. */
const MARGIN = 2;

/** What a step that looked at all of its time came to. */
interface Step {
  wanted: number;
  found: number;
  rowsRead: number;
}

/**
 * How far back the next step looks, milliseconds: as far as should bring what is still wanted, but not so far that it
 * would read more than `rowsLeft`, taken that a time is like the time before it.
 */
export function nextStepMs(stepMs: number, { wanted, found, rowsRead }: Step, rowsLeft: number): number {
  const forWanted = found > 0 ? Math.max(1, (MARGIN * (wanted - found)) / found) : Number.POSITIVE_INFINITY;
  const forRows = Math.max(1, rowsLeft / Math.max(rowsRead, 1));
  const nextMs = stepMs * Math.min(forWanted, forRows, MAX_GROWTH);
  return nextMs > WIDEST_STEP_MS ? Number.POSITIVE_INFINITY : nextMs;
}

/** How many more candidates a step looks at, at most, when few or none of those before it matched. */
const MAX_WIDENING = 16;

/** Of what is wanted, how much the candidates of the next step should bring: they are few, and a further step is dear. */
const WIDENING_MARGIN = 4;

/**
 * How many times as many candidates as at first are looked at for each that is wanted, a whole number, after a step
 * that looked at all it may and found too few: as many as should bring enough, taken that as many match as before.
 */
export function nextWidening(widening: number, { wanted, found }: Pick<Step, 'wanted' | 'found'>): number {
  const missed = found > 0 ? wanted / found : Number.POSITIVE_INFINITY;
  return Math.ceil(widening * Math.min(WIDENING_MARGIN * missed, MAX_WIDENING));
}
