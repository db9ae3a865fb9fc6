import type { UnreadableEntry } from '@herald/kafka/compacted-table';

/** What of a table is there and cannot be read, by the ids of endpoints. */
export type Unreadable = ReadonlyMap<string, UnreadableEntry>;

const MAX_NAMED = 5;

/** False where one of the account's endpoints is unreadable, or one of which not even the account is known. */
export function isWholeFor(accountId: string, unreadable: Unreadable): boolean {
  for (const { owner } of unreadable.values()) if (owner === undefined || owner === accountId) return false;
  return true;
}

/** Why a service that needs every endpoint is not ready; undefined where all can be read. */
export function unreadableEndpoints(unreadable: Unreadable): string | undefined {
  if (unreadable.size === 0) return undefined;
  const named = [...unreadable.keys()].slice(0, MAX_NAMED).join(', ');
  return `${unreadable.size} records of endpoints cannot be read by this version: update it (${named})`;
}
