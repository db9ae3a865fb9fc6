import type { AuditOf } from '../round.ts';
import type { Asker, AuditAction, AuditSubject, Shown } from './entry.ts';

/** What the audit says of an edit of a configuration topic. */
export function editEntry<V extends { accountId: string }>(
  asker: Asker,
  action: AuditAction,
  subject: AuditSubject,
  show: (value: V, before?: V) => Shown,
): AuditOf<V> {
  return (before, after) => {
    // An edit of nothing to nothing is refused and never comes here.
    const accountId = (after ?? before?.value)?.accountId ?? '';
    return {
      ...{ accountId, asker, action, subject, decidedOn: before?.revision },
      before: before && show(before.value),
      after: after && show(after, before?.value),
    };
  };
}
