import type * as avro from '@herald/contracts/generated/audit-record';
import { correspondence, type Known } from '../correspondence.ts';
import type { AuditActor, AuditEntry, AuditState, Shown } from './entry.ts';

const actors = correspondence<Known<avro.ActorKind>, AuditActor['kind']>({
  API_KEY: 'api_key',
  PORTAL_SESSION: 'portal_session',
  OPERATOR: 'operator',
});
const states = correspondence<Known<avro.AuditState>, AuditState>({
  ASKED: 'asked',
  DONE: 'done',
  NOT_DONE: 'not_done',
});

export function auditRecordOf(entry: AuditEntry): avro.AuditRecord {
  const { asker, subject } = entry;
  return {
    audit_id: entry.auditId,
    account_id: entry.accountId,
    asked_at: entry.askedAtMs,
    actor_kind: actors.symbolOf(asker.actor.kind),
    actor_id: asker.actor.id,
    action: entry.action,
    subject_kind: subject.kind,
    subject_id: subject.id,
    state: states.symbolOf(entry.state),
    decided_on: entry.decidedOn ?? null,
    revision: entry.revision ?? null,
    before: jsonOrNull(entry.before),
    after: jsonOrNull(entry.after),
    request_id: asker.requestId ?? null,
  };
}

function jsonOrNull(shown: Shown | undefined): string | null {
  return shown === undefined ? null : JSON.stringify(shown);
}
