import type { Endpoint } from '@herald/domain/endpoint';
import type { AuditAction } from '@herald/registry/audit/entry';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Account } from '../account/account.ts';
import type { Answer } from '../http/operation.ts';
import { viewEndpoint } from './endpoint-view.ts';
import { etag, malformedIfMatch, parseIfMatch } from './if-match.ts';
import { refusedWrite } from './write-answer.ts';

/**
 * Applies `change` and shows what came of it. Without `ifRevision` it applies to whatever is current. `action` is what
 * the audit calls it.
 */
export async function edit(
  account: Account,
  endpointId: string,
  ifRevision: number | undefined,
  change: (current: Endpoint) => Endpoint,
  action?: AuditAction,
): Promise<Answer> {
  let written: Endpoint | undefined;
  const changing = (current: Endpoint): Endpoint => {
    written = change(current);
    return written;
  };
  const result = await account.endpoints.update(endpointId, ifRevision, changing, action);
  if (result.kind !== 'written') return refusedWrite(endpointId, result);
  return shown(account, { endpoint: written as Endpoint, revision: result.revision });
}

/** The same for a change that may, and need not, name the revision that it is of. */
export function editIfMatch(
  account: Account,
  endpointId: string,
  header: string | undefined,
  change: (current: Endpoint) => Endpoint,
  action: AuditAction,
): Promise<Answer> | Answer {
  const ifMatch = parseIfMatch(header);
  if (ifMatch.kind === 'malformed') return malformedIfMatch(header);
  const ifRevision = ifMatch.kind === 'revision' ? ifMatch.revision : undefined;
  return edit(account, endpointId, ifRevision, change, action);
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
