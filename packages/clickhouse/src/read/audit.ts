import { z } from 'zod';
import type { Listing, PageQuery, Scope, TimeRange } from '../history.ts';
import { allOf } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import type { Reader } from './reader.ts';

/** Times are those at which the change was asked for. */
export interface AuditQuery extends PageQuery, TimeRange {
  actorKind?: string | undefined;
  actorId?: string | undefined;
  action?: string | undefined;
  subjectKind?: string | undefined;
  subjectId?: string | undefined;
}

/** A change that somebody asked for. The words are those of @herald/registry/audit/entry. */
export interface AuditedChange {
  auditId: string;
  askedAtMs: number;
  actor: { kind: string; id: string };
  action: string;
  subject: { kind: string; id: string };
  state: string;
  /** Revisions of the configuration; null of what is none, the second also where it is not known. */
  decidedOn: number | null;
  revision: number | null;
  /** The subject without its secrets. */
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** Null for an operator's. */
  requestId: string | null;
}

export interface AuditReads {
  list(scope: Scope, query: AuditQuery): Promise<Listing<AuditedChange>>;
}

const cursors = cursorsOf('audit', z.tuple([z.int().nonnegative(), z.guid()]).readonly());

interface AuditedRow {
  audit_id: string;
  asked_at_ms: number;
  actor_kind: string;
  actor_id: string;
  action: string;
  subject_kind: string;
  subject_id: string;
  state: string;
  decided_on: number;
  revision: number;
  before: string;
  after: string;
  request_id: string;
}

/** Newest first. */
export async function listAudit(
  reader: Reader,
  scope: Scope,
  query: AuditQuery,
): Promise<Listing<AuditedChange>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const [afterMs, afterId] = start.position ?? [];
  const where = allOf([
    ["asked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')", 'from_ms', query.fromMs],
    ["asked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')", 'to_ms', query.toMs],
    ['actor_kind = {actor_kind:String}', 'actor_kind', query.actorKind],
    ['actor_id = {actor_id:String}', 'actor_id', query.actorId],
    ['action = {action:String}', 'action', query.action],
    ['subject_kind = {subject_kind:String}', 'subject_kind', query.subjectKind],
    ['subject_id = {subject_id:String}', 'subject_id', query.subjectId],
    ["asked_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', afterMs],
    [
      "(asked_at, audit_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      afterId,
    ],
  ]);
  const rows = await reader.rows<AuditedRow>(
    scope,
    (from) => `
      SELECT
        audit_id, toUnixTimestamp64Milli(asked_at) AS asked_at_ms, actor_kind, actor_id, action,
        subject_kind, subject_id, state, decided_on, revision, before, after, request_id
      FROM ${from.audit()}
      WHERE ${where.sql}
      ORDER BY asked_at DESC, audit_id DESC
      LIMIT {take:UInt32}`,
    { ...where.params, take: query.limit + 1 },
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    items: shown.map(changeOf),
    nextCursor:
      last && rows.length > shown.length
        ? cursors.encode([last.asked_at_ms, last.audit_id], query)
        : undefined,
  };
}

function changeOf(row: AuditedRow): AuditedChange {
  return {
    auditId: row.audit_id,
    askedAtMs: row.asked_at_ms,
    actor: { kind: row.actor_kind, id: row.actor_id },
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id },
    state: row.state,
    decidedOn: row.decided_on < 0 ? null : row.decided_on,
    revision: row.revision < 0 ? null : row.revision,
    before: row.before === '' ? null : JSON.parse(row.before),
    after: row.after === '' ? null : JSON.parse(row.after),
    requestId: row.request_id === '' ? null : row.request_id,
  };
}
