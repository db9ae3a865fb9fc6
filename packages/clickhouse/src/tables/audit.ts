import type { AuditRecord } from '@herald/contracts/generated/audit-record';
import { type Table, writeTime } from './table.ts';

/** What is written of a change, and where it stands: the last one of an audit_id counts. */
export interface AuditRow {
  record: AuditRecord;
  offset: number;
}

const NONE = -1;

export const AUDIT: Table<AuditRow> = {
  name: 'audit',
  columns: [
    ['account_id', (to, { record }) => to.string(record.account_id)],
    ['asked_at', (to, { record }) => writeTime(to, record.asked_at)],
    ['audit_id', (to, { record }) => to.uuid(record.audit_id)],
    ['actor_kind', (to, { record }) => to.string(record.actor_kind.toLowerCase())],
    ['actor_id', (to, { record }) => to.string(record.actor_id)],
    ['action', (to, { record }) => to.string(record.action)],
    ['subject_kind', (to, { record }) => to.string(record.subject_kind)],
    ['subject_id', (to, { record }) => to.string(record.subject_id)],
    ['state', (to, { record }) => to.string(record.state.toLowerCase())],
    ['decided_on', (to, { record }) => to.int64(record.decided_on ?? NONE)],
    ['revision', (to, { record }) => to.int64(record.revision ?? NONE)],
    ['before', (to, { record }) => to.string(record.before ?? '')],
    ['after', (to, { record }) => to.string(record.after ?? '')],
    ['request_id', (to, { record }) => to.string(record.request_id ?? '')],
    ['record_offset', (to, { offset }) => to.int64(offset)],
  ],
};
