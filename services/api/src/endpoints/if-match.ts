import { invalidRequest } from '../http/invalid.ts';
import type { Answer } from '../http/operation.ts';

export type IfMatch =
  | { kind: 'absent' }
  | { kind: 'revision'; revision: number | undefined }
  | { kind: 'malformed' };

/** `"<revision>"` as ETag gives it, or `*` for whatever is current (revision undefined). */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { kind: 'absent' };
  if (header.trim() === '*') return { kind: 'revision', revision: undefined };
  const revision = /^\s*"(\d{1,15})"\s*$/.exec(header)?.[1];
  return revision === undefined ? { kind: 'malformed' } : { kind: 'revision', revision: Number(revision) };
}

export function etag(revision: number): string {
  return `"${revision}"`;
}

export function malformedIfMatch(value: string | undefined): Answer {
  return {
    problem: invalidRequest([
      {
        in: 'header',
        field: 'If-Match',
        value: JSON.stringify(value ?? '').slice(0, 200),
        problem: 'it is no ETag of an endpoint',
        remedy:
          'Expected: the ETag of the endpoint as you have read it, for example "42" with the quotes, or *.',
      },
    ]),
  };
}
