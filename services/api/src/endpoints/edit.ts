import type { Endpoint } from '@herald/domain/endpoint';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Account } from '../account/account.ts';
import type { Answer } from '../http/operation.ts';
import { viewEndpoint } from './endpoint-view.ts';
import { etag, malformedIfMatch, parseIfMatch } from './if-match.ts';
import { refusedWrite } from './write-answer.ts';

/** Applies `change` and shows what came of it. Without `ifRevision` it applies to whatever is current. */
export async function edit(
  account: Account,
  endpointId: string,
  ifRevision: number | undefined,
  change: (current: Endpoint) => Endpoint,
): Promise<Answer> {
  let written: Endpoint | undefined;
  const result = await account.endpoints.update(endpointId, ifRevision, (current) => {
    written = change(current);
    return written;
  });
  if (result.kind !== 'written') return refusedWrite(endpointId, result);
  return shown(account, { endpoint: written as Endpoint, revision: result.revision });
}

/** The same for a change that may, and need not, name the revision that it is of. */
export function editIfMatch(
  account: Account,
  endpointId: string,
  header: string | undefined,
  change: (current: Endpoint) => Endpoint,
): Promise<Answer> | Answer {
  const ifMatch = parseIfMatch(header);
  if (ifMatch.kind === 'malformed') return malformedIfMatch(header);
  return edit(account, endpointId, ifMatch.kind === 'revision' ? ifMatch.revision : undefined, change);
}

export function shown(account: Account, configured: ConfiguredEndpoint): Answer {
  return {
    status: 200,
    headers: { etag: etag(configured.revision) },
    body: view(account, configured),
  };
}

export function view(account: Account, configured: ConfiguredEndpoint) {
  return viewEndpoint(configured, account.endpoints.status(configured.endpoint.id));
}
