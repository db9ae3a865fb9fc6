import type { AuditedChange } from '@herald/clickhouse/read/audit';
import { AUDIT_ACTIONS } from '@herald/registry/audit/entry';
import { z } from 'zod';
import { id, inOrder, instant, isoTime, page, pageOf } from '../http/fields.ts';

export const auditQuery = inOrder(
  z.strictObject({
    ...page,
    actor_kind: z
      .enum(['api_key', 'portal_session', 'operator'], { error: 'it is no kind of who asks' })
      .optional()
      .meta({ description: 'what asked: api_key, portal_session or operator', examples: ['api_key'] }),
    actor_id: id('a key, a session or an operator', '0123456789abcdef').optional(),
    action: z
      .enum(AUDIT_ACTIONS, { error: 'it is no action' })
      .optional()
      .meta({
        description: `what was asked for: ${AUDIT_ACTIONS.join(', ')}`,
        examples: ['endpoint.updated'],
      }),
    subject_kind: id('what kind of thing was changed', 'endpoint')
      .optional()
      .meta({
        description: 'what kind of thing was changed: endpoint, api_key, replay, delivery, publication, …',
        examples: ['endpoint'],
      }),
    subject_id: id('what was changed', 'ep_01890a5d').optional(),
    from: instant('only what was asked for at or after it').optional(),
    to: instant('only what was asked for before it').optional(),
  }),
);

const subject = z.record(z.string(), z.unknown()).nullable();

const auditView = z
  .object({
    audit_id: z.string(),
    asked_at: z.string().nullable(),
    actor: z
      .object({ kind: z.string(), id: z.string() })
      .meta({ description: 'what asked: an api_key, a portal_session, or an operator by name' }),
    action: z.string().meta({ description: 'what was asked for', examples: ['endpoint.updated'] }),
    subject: z.object({ kind: z.string(), id: z.string() }),
    state: z.string().meta({
      description:
        'asked: it was about to be made, and may not have been; done: it was; not_done: it was refused after all',
      examples: ['done'],
    }),
    decided_on: z
      .number()
      .nullable()
      .meta({ description: 'revision of the configuration that it was decided on' }),
    revision: z.number().nullable().meta({ description: 'revision that it made, where that is known' }),
    before: subject.meta({
      description:
        'the subject before it, without secrets: of header fields the names, of a URL what is no credential',
    }),
    after: subject.meta({
      description:
        'the subject after it, or what was asked for, without secrets; of an endpoint, credentials_changed names url, token and headers where one changed',
    }),
    request_id: z.string().nullable().meta({ description: 'null for an operator' }),
  })
  .meta({ id: 'AuditedChange' });

export const auditPage = pageOf(auditView).meta({ id: 'AuditPage' });

export function viewChange(change: AuditedChange): z.output<typeof auditView> {
  return {
    audit_id: change.auditId,
    asked_at: isoTime(change.askedAtMs),
    actor: change.actor,
    action: change.action,
    subject: change.subject,
    state: change.state,
    decided_on: change.decidedOn,
    revision: change.revision,
    before: change.before,
    after: change.after,
    request_id: change.requestId,
  };
}
