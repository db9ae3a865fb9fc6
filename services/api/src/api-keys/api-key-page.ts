import type { ApiKeyInfo } from '@herald/registry/api-key';

export type ApiKeyPage =
  | { kind: 'page'; items: ApiKeyInfo[]; nextCursor: string | undefined }
  | { kind: 'refused_cursor'; reason: string };

/** Newest first. The cursor is the place of the last one, so a page stays right whatever comes and goes. */
export function cutApiKeys(
  keys: readonly ApiKeyInfo[],
  limit: number,
  cursor: string | undefined,
): ApiKeyPage {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return { kind: 'refused_cursor', reason: 'The cursor is damaged' };
  }
  const rest = keys
    .filter((key) => after === undefined || placeOf(key) < after)
    .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    kind: 'page',
    items,
    nextCursor: last && rest.length > limit ? Buffer.from(placeOf(last)).toString('base64url') : undefined,
  };
}

const TIME_DIGITS = 15;

function placeOf({ createdAtMs, keyId }: ApiKeyInfo): string {
  return `${String(createdAtMs).padStart(TIME_DIGITS, '0')} ${keyId}`;
}

function parseCursor(cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString();
  return /^\d{15} \S+$/.test(place) ? place : undefined;
}
