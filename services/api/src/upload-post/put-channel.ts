import type { Endpoint } from '@herald/domain/endpoint';
import type { Change, WriteResult } from '@herald/registry/endpoint-writer';
import type { Account } from '../account/account.ts';

/** Another made it, or deleted it, between the look and the write: each time that is one more look. */
const MAX_TRIES = 4;

/**
 * Changes the endpoint, or makes it where there is none: of two that make it at once, one changes the other's. What is
 * to be done is decided on the very latest that anybody wrote. Missing where there is none, and nothing to make it of.
 */
export async function putChannel(
  { endpoints }: Pick<Account, 'endpoints'>,
  endpointId: string,
  make: (() => Endpoint) | undefined,
  change: Change,
): Promise<WriteResult> {
  let result: WriteResult = { kind: 'missing' };
  for (let tries = 0; tries < MAX_TRIES && isElsewhere(result); tries++) {
    result =
      make && !endpoints.get(endpointId)
        ? await endpoints.create(make())
        : await endpoints.updateLatest(endpointId, change);
    if (result.kind === 'missing' && !make) return result;
  }
  return isElsewhere(result)
    ? { kind: 'unavailable', detail: 'The endpoint is made and deleted by others' }
    : result;
}

function isElsewhere({ kind }: WriteResult): boolean {
  return kind === 'missing' || kind === 'conflict';
}
