/** Where an item stands in a list: by when it was made, then by its id. It never moves. */
export interface Made {
  createdAtMs: number;
  id: string;
}

export type CutPage<T> =
  | { kind: 'page'; items: T[]; nextCursor: string | undefined }
  | { kind: 'refused_cursor'; reason: string };

/** Newest first. The cursor is the place of the last one, so a page stays right whatever comes and goes. */
export function cutNewestFirst<T>(
  all: readonly T[],
  madeOf: (item: T) => Made,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): CutPage<T> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return { kind: 'refused_cursor', reason: 'The cursor is damaged' };
  }
  const rest = all
    .map((item) => ({ item, place: placeOf(madeOf(item)) }))
    .filter(({ place }) => after === undefined || place < after)
    .sort((a, b) => (a.place < b.place ? 1 : -1));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    items: shown.map(({ item }) => item),
    nextCursor: last && rest.length > limit ? Buffer.from(last.place).toString('base64url') : undefined,
  };
}

const TIME_DIGITS = 15;

function placeOf({ createdAtMs, id }: Made): string {
  return `${String(createdAtMs).padStart(TIME_DIGITS, '0')} ${id}`;
}

function parseCursor(cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString();
  return /^\d{15} \S+$/.test(place) ? place : undefined;
}
