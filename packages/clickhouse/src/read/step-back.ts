import { MAX_ROWS_READ, nextStepMs, nextWidening } from './step-width.ts';

/** Steps of a page; most need one or two. */
const MAX_STEPS = 6;

/** Where something stands in a list: by time, then by id. */
type AnyPlace = readonly [atMs: number, id: string];

export interface Walk<P extends AnyPlace> {
  /** Where the page before ended; undefined at the newest, beyond which lies what claims to be of the future. */
  after: P | undefined;
  /** Inclusive. */
  fromMs: number | undefined;
  toMs: number | undefined;
  nowMs: number;
  /** As many as a page may have. */
  limit: number;
  /** How far back the first step looks. */
  firstStepMs: number;
  /** The place after which only what is older than `atMs` comes. */
  endOf(atMs: number): P;
  /**
   * What is the newest of all that is older, whatever is looked for; epoch milliseconds. Left out where that would
   * cost as much as it saves.
   */
  newestBefore?: (atMs: number) => Promise<number | undefined>;
}

export interface Step<P extends AnyPlace> {
  after: P | undefined;
  sinceMs: number;
  wanted: number;
  /** How many times as many candidates as at first may be looked at. */
  widening: number;
  /** Whether what came before it had some of what is looked for, but fewer than were wanted: it is read as a whole. */
  isSparse: boolean;
}

export interface Stepped<P extends AnyPlace, T> {
  found: readonly T[];
  /** What is up to here has been looked at. */
  end: P;
  /** Whether it ended before `sinceMs`, since it had looked at as much as it may. */
  isCut: boolean;
  rowsRead: number;
}

/**
 * Looks back in steps until one more is found than a page may have, the list is at its end, or enough was read.
 * Resolves with what was found, and where to go on; undefined where there is nothing more.
 */
export async function stepBack<P extends AnyPlace, T>(
  { after: start, fromMs, toMs, nowMs, limit, firstStepMs, endOf, newestBefore }: Walk<P>,
  take: (step: Step<P>) => Promise<Stepped<P, T>>,
): Promise<{ found: T[]; end: P | undefined }> {
  const oldestMs = Math.max(fromMs ?? 0, 0);
  const found: T[] = [];
  let after = start;
  let stepMs = firstStepMs;
  let widening = 1;
  let isSparse = false;
  let rowsLeft = MAX_ROWS_READ;
  let lookBeyondQuiet = newestBefore;
  for (let steps = 0; steps < MAX_STEPS && rowsLeft > 0; steps++) {
    const wanted = limit + 1 - found.length;
    const beginMs = Math.min(after?.[0] ?? nowMs, toMs ?? nowMs, nowMs);
    const sinceMs = Math.max(oldestMs, Math.floor(beginMs - stepMs));
    const step = await take({ after, sinceMs, wanted, widening, isSparse });
    found.push(...step.found);
    if (found.length > limit) return { found, end: step.end };
    if (!step.isCut && sinceMs === oldestMs) return { found, end: undefined };
    after = step.end;
    isSparse = !step.isCut && step.found.length > 0;
    rowsLeft -= step.rowsRead;
    if (step.isCut) widening = nextWidening(widening, { wanted, found: step.found.length });
    else if (step.rowsRead === 0 && lookBeyondQuiet) {
      // After a quiet time the next step begins where something is again, instead of widening over it.
      const newestMs = await lookBeyondQuiet(sinceMs);
      lookBeyondQuiet = undefined;
      if (newestMs === undefined || newestMs < oldestMs) return { found, end: undefined };
      if (newestMs < sinceMs - stepMs) after = endOf(newestMs + 1);
      else stepMs = nextStepMs(stepMs, { wanted, found: 0, rowsRead: 0 }, rowsLeft);
    } else {
      stepMs = nextStepMs(stepMs, { wanted, found: step.found.length, rowsRead: step.rowsRead }, rowsLeft);
    }
  }
  return { found, end: after };
}
