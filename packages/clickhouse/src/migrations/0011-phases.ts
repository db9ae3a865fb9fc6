import type { Migration } from './migration.ts';

/** How long the parts of opening a connection took; attempts that were kept before do not say. */
export const phases: Migration = {
  version: 11,
  name: 'phases',
  statements: [
    `ALTER TABLE attempts
    ADD COLUMN IF NOT EXISTS dns_ms Float64 DEFAULT -1
        COMMENT '-1 where no connection was opened, or the URL has an address' AFTER first_byte_ms,
    ADD COLUMN IF NOT EXISTS connect_ms Float64 DEFAULT -1
        COMMENT '-1 where no connection was opened' AFTER dns_ms,
    ADD COLUMN IF NOT EXISTS tls_ms Float64 DEFAULT -1
        COMMENT '-1 where no handshake was made' AFTER connect_ms`,
  ],
};
