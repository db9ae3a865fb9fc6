import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';

export type CutPage =
  | { kind: 'page'; items: ConfiguredEndpoint[]; nextCursor: string | undefined }
  | { kind: 'refused_cursor'; reason: string };

/** Newest first: ids begin with their time. The cursor is the last id, so a page stays right whatever comes and goes. */
export function cutPage(
  endpoints: readonly ConfiguredEndpoint[],
  limit: number,
  cursor: string | undefined,
): CutPage {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return { kind: 'refused_cursor', reason: 'The cursor is damaged' };
  }
  const rest = endpoints
    .filter(({ endpoint }) => after === undefined || endpoint.id < after)
    .sort((a, b) => (a.endpoint.id < b.endpoint.id ? 1 : -1));
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    kind: 'page',
    items,
    nextCursor: last && rest.length > limit ? cursorOf(last.endpoint.id) : undefined,
  };
}

function cursorOf(endpointId: string): string {
  return Buffer.from(JSON.stringify({ after: endpointId })).toString('base64url');
}

function parseCursor(cursor: string): string | undefined {
  try {
    const { after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { after?: unknown };
    return typeof after === 'string' ? after : undefined;
  } catch {
    return undefined;
  }
}
