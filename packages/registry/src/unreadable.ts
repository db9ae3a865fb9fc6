import type { UndecodableReason } from '@herald/contracts/codec';
import { type KnownInPart, mayWant, type Routable } from '@herald/domain/subscription';
import type { UnreadableEntry } from '@herald/kafka/compacted-table';

/** What is certain of an endpoint whose record cannot be read. */
export type Certain =
  /** A newer version wrote it: these parts mean the same in all versions. */
  | { kind: 'known_in_part'; endpoint: KnownInPart }
  /** No version of Herald can read it, now or later: what the endpoint was is lost, and waiting brings it back to nobody. */
  | { kind: 'foreign' };

/** What of a table is there and cannot be read, by the ids of endpoints. Of what has nothing certain not even the account is known. */
export type Unreadable = ReadonlyMap<string, UnreadableEntry<Certain>>;

/** The unreadable endpoints that may want an event; `anybodys` where one of them may be of any account. */
export type Undecided = { kind: 'endpoints'; endpointIds: readonly string[] } | { kind: 'anybodys' };

const NONE: Undecided = { kind: 'endpoints', endpointIds: [] };
const MAX_NAMED = 5;

/** A schema that is not to be had, or not understood, may be had and understood again. */
export function certainOfUndecodable(reason: UndecodableReason): Certain | undefined {
  return reason === 'unknown_schema' || reason === 'incompatible_schema' ? undefined : { kind: 'foreign' };
}

export function undecidedFor(event: Routable, unreadable: Unreadable): Undecided {
  if (unreadable.size === 0) return NONE;
  const endpointIds: string[] = [];
  for (const [id, { certain }] of unreadable) {
    if (certain === undefined) return { kind: 'anybodys' };
    if (certain.kind === 'known_in_part' && mayWant(certain.endpoint, event)) endpointIds.push(id);
  }
  return { kind: 'endpoints', endpointIds };
}

/** False where one of the account's endpoints is unreadable, or one of which not even the account is known. */
export function isWholeFor(accountId: string, unreadable: Unreadable): boolean {
  for (const { certain } of unreadable.values()) {
    if (certain === undefined) return false;
    if (certain.kind === 'known_in_part' && certain.endpoint.accountId === accountId) return false;
  }
  return true;
}

/** Why a service that needs every endpoint is not ready; undefined where all can be read. */
export function unreadableEndpoints(unreadable: Unreadable): string | undefined {
  return unreadableRecords('endpoints', unreadable);
}

/** The same of any table: `what` its records are of. */
export function unreadableRecords(
  what: string,
  unreadable: ReadonlyMap<string, unknown>,
): string | undefined {
  if (unreadable.size === 0) return undefined;
  const named = [...unreadable.keys()].slice(0, MAX_NAMED).join(', ');
  return `${unreadable.size} records of ${what} cannot be read by this version: update it (${named})`;
}
