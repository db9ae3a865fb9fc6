import type { ApiKeyTable } from '@herald/registry/api-keys';
import type { AuditLog } from '@herald/registry/audit/log';
import type { TableOptions } from '@herald/registry/configuration-table';
import { openPortalLinkTable, type PortalLinkTable } from '@herald/registry/portal/portal-link-table';
import { createPortalLinkWriter, type PortalLinkWriter } from '@herald/registry/portal/portal-links';

/** The links into the portal, and the way to make and exchange them. */
export interface PortalLinks {
  table: PortalLinkTable;
  writer: PortalLinkWriter;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

export async function openPortalLinks(
  tableOptions: TableOptions,
  { keys, audit, timeoutMs }: { keys: ApiKeyTable; audit: AuditLog; timeoutMs: number },
): Promise<PortalLinks> {
  const { connection, source } = tableOptions;
  const table = await openPortalLinkTable({ ...tableOptions, keys });
  const writer = await createPortalLinkWriter({ connection, source, table, audit, timeoutMs });
  return {
    table,
    writer,
    isFollowing: () => table.isFollowing(),
    async stop() {
      await writer.close();
      await table.stop();
    },
  };
}
