import { randomUUIDv7 } from 'node:crypto';

/** What asks for a change. An operator is known by the name that the machine has of who is there. */
export interface AuditActor {
  kind: 'api_key' | 'portal_session' | 'operator';
  id: string;
}

/** Who asks for a change, and in which request to the API; an operator makes none. */
export interface Asker {
  actor: AuditActor;
  requestId: string | undefined;
}

/** A person at a machine that reaches Kafka. */
export function operator(name: string): Asker {
  return { actor: { kind: 'operator', id: name }, requestId: undefined };
}

export const AUDIT_ACTIONS = [
  'endpoint.created',
  'endpoint.updated',
  'endpoint.paused',
  'endpoint.resumed',
  'endpoint.enabled',
  'endpoint.deleted',
  'endpoint.tested',
  'secret.rotated',
  'held.cancelled',
  'retries.ordered',
  'delivery.redelivered',
  'dead_letters.redriven',
  'replay.created',
  'replay.started',
  'replay.paused',
  'replay.resumed',
  'replay.cancelled',
  'history.erased',
  'api_key.created',
  'api_key.revoked',
  'portal_link.created',
  'portal_link.exchanged',
  'portal_link.revoked',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditSubject {
  kind: 'endpoint' | 'api_key' | 'portal_link' | 'replay' | 'delivery' | 'publication' | 'account';
  id: string;
}

/** `asked`: about to be made, and perhaps it was not. `done`: it was. `not_done`: it was refused after all. */
export type AuditState = 'asked' | 'done' | 'not_done';

/** A subject as it is shown, by names of the API's. Nothing secret is ever in it. */
export type Shown = Readonly<Record<string, unknown>>;

/** One change that somebody asked for. */
export interface AuditEntry {
  /** The same in all that is written of the change: the last one counts. */
  auditId: string;
  accountId: string;
  askedAtMs: number;
  asker: Asker;
  action: AuditAction;
  subject: AuditSubject;
  state: AuditState;
  /** Revision that a change of configuration was decided on, and the one that it made. */
  decidedOn: number | undefined;
  revision: number | undefined;
  before: Shown | undefined;
  after: Shown | undefined;
}

export type NewAuditEntry = Pick<AuditEntry, 'accountId' | 'asker' | 'action' | 'subject'> &
  Partial<Pick<AuditEntry, 'decidedOn' | 'before' | 'after'>>;

/** Before the change is made. */
export function askedEntry(asked: NewAuditEntry, nowMs: number): AuditEntry {
  return {
    decidedOn: undefined,
    before: undefined,
    after: undefined,
    ...asked,
    auditId: randomUUIDv7(),
    askedAtMs: nowMs,
    state: 'asked',
    revision: undefined,
  };
}
