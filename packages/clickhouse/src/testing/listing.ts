import { randomUUID } from 'node:crypto';
import type { Listing, Page } from '../history.ts';

/** An account that no other test writes to. */
export function newAccount(): { accountId: string } {
  return { accountId: `account-${randomUUID()}` };
}

/** @throws Error where the cursor was refused */
export function pageOf<T>(listing: Listing<T>): Page<T> {
  if (listing.kind !== 'page') throw new Error(listing.reason);
  return listing;
}
