import type { Replay } from './replay-view.ts';

export type ReplayPage =
  | { kind: 'page'; items: Replay[]; nextCursor: string | undefined }
  | { kind: 'refused_cursor'; reason: string };

/** Newest first. The cursor is the place of the last one, so a page stays right whatever comes and goes. */
export function cutReplays(
  replays: readonly Replay[],
  limit: number,
  cursor: string | undefined,
): ReplayPage {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return { kind: 'refused_cursor', reason: 'The cursor is damaged' };
  }
  const rest = replays
    .map((replay) => ({ replay, place: placeOf(replay) }))
    .filter(({ place }) => after === undefined || place < after)
    .sort((a, b) => (a.place < b.place ? 1 : -1));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    kind: 'page',
    items: items.map(({ replay }) => replay),
    nextCursor: last && rest.length > limit ? Buffer.from(last.place).toString('base64url') : undefined,
  };
}

const TIME_DIGITS = 15;

function placeOf({ job }: Replay): string {
  return `${String(job.createdAtMs).padStart(TIME_DIGITS, '0')} ${job.id}`;
}

function parseCursor(cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString();
  return /^\d{15} \S+$/.test(place) ? place : undefined;
}
