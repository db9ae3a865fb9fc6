import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RefusedCursor } from '../history.ts';

/**
 * Where a page ended, as opaque text that is bound to its query: the position makes no sense under other filters.
 * It grants nothing, since every query is cut to its account, so a hash is enough and replicas share no secret.
 */
export interface CursorCodec<P extends readonly unknown[]> {
  encode(position: P, query: object): string;
  /** Undefined for the first page. */
  decode(cursor: string | undefined, query: object): { ok: true; position: P | undefined } | CursorRefusal;
}

type CursorRefusal = { ok: false } & RefusedCursor;

const MAX_CURSOR_CHARS = 1_024;
const HASH_CHARS = 16;

/** @param name of the list, so that a cursor of one is not taken by another */
export function cursorsOf<P extends readonly unknown[]>(name: string, shape: z.ZodType<P>): CursorCodec<P> {
  const content = z.tuple([z.string(), shape]);
  const hashOf = (query: object) =>
    createHash('sha256')
      .update(JSON.stringify([name, Object.entries(query).filter(isFilter).sort()]))
      .digest('base64url')
      .slice(0, HASH_CHARS);
  return {
    encode: (position, query) => Buffer.from(JSON.stringify([hashOf(query), position])).toString('base64url'),
    decode(cursor, query) {
      if (cursor === undefined) return { ok: true, position: undefined };
      const parsed = content.safeParse(jsonOf(cursor));
      if (!parsed.success) return refusal('the cursor is damaged');
      const [hash, position] = parsed.data;
      if (hash !== hashOf(query)) return refusal('the cursor belongs to a query with other filters');
      return { ok: true, position };
    },
  };
}

/** The size of a page may change on the way; what it is filtered by may not. */
function isFilter([name, value]: [string, unknown]): boolean {
  return value !== undefined && name !== 'cursor' && name !== 'limit';
}

function jsonOf(cursor: string): unknown {
  try {
    return cursor.length > MAX_CURSOR_CHARS
      ? undefined
      : JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function refusal(reason: string): CursorRefusal {
  return { ok: false, kind: 'refused_cursor', reason };
}
