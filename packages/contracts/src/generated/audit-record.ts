// Generated from schemas/audit-record.avsc by `npm run generate`. Do not edit.

/** What asked. */
export type ActorKind = 'UNKNOWN' | 'API_KEY' | 'PORTAL_SESSION' | 'OPERATOR';

/** What is known of the change. */
export type AuditState = 'UNKNOWN' | 'ASKED' | 'DONE' | 'NOT_DONE';

/** Somebody asked for a change. Topic herald.audit, key account_id. Written before the change; what became of it follows as another record of the same audit_id, which takes the place of the one before. */
export interface AuditRecord {
  /** UUID of the change that was asked for. */
  audit_id: string;
  /** Whose belongings it changes. */
  account_id: string;
  /** When it was asked for, UTC; the same in all records of one audit_id. */
  asked_at: number;
  /** What asked. */
  actor_kind: ActorKind;
  /** Id of the key or the session; of an operator the name, as the machine that was used knows it. */
  actor_id: string;
  /** What was asked for, as endpoint.updated. */
  action: string;
  /** What it is done to: endpoint, api_key, replay, delivery, publication or account. */
  subject_kind: string;
  /** Its id. */
  subject_id: string;
  /** ASKED: it was about to be made, and may not have been. DONE: it was. NOT_DONE: it was refused after all. */
  state: AuditState;
  /** Revision of the configuration that the change was decided on; null where there was none. */
  decided_on: null | number;
  /** Revision of the configuration that the change has made; null before it is known, and of what is no configuration. */
  revision: null | number;
  /** The subject before it as JSON, without secrets; null where there was none. */
  before: null | string;
  /** The subject after it, or what was asked for, as JSON, without secrets; null where it is gone. */
  after: null | string;
  /** Of the request to the API; null for an operator. */
  request_id: null | string;
}

export const auditRecordSchema = {
  "type": "record",
  "name": "AuditRecord",
  "namespace": "herald.audit",
  "doc": "Somebody asked for a change. Topic herald.audit, key account_id. Written before the change; what became of it follows as another record of the same audit_id, which takes the place of the one before.",
  "fields": [
    {
      "name": "audit_id",
      "type": "string",
      "doc": "UUID of the change that was asked for."
    },
    {
      "name": "account_id",
      "type": "string",
      "doc": "Whose belongings it changes."
    },
    {
      "name": "asked_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was asked for, UTC; the same in all records of one audit_id."
    },
    {
      "name": "actor_kind",
      "type": {
        "type": "enum",
        "name": "ActorKind",
        "doc": "What asked.",
        "symbols": [
          "UNKNOWN",
          "API_KEY",
          "PORTAL_SESSION",
          "OPERATOR"
        ],
        "default": "UNKNOWN"
      },
      "doc": "What asked."
    },
    {
      "name": "actor_id",
      "type": "string",
      "doc": "Id of the key or the session; of an operator the name, as the machine that was used knows it."
    },
    {
      "name": "action",
      "type": "string",
      "doc": "What was asked for, as endpoint.updated."
    },
    {
      "name": "subject_kind",
      "type": "string",
      "doc": "What it is done to: endpoint, api_key, replay, delivery, publication or account."
    },
    {
      "name": "subject_id",
      "type": "string",
      "doc": "Its id."
    },
    {
      "name": "state",
      "type": {
        "type": "enum",
        "name": "AuditState",
        "doc": "What is known of the change.",
        "symbols": [
          "UNKNOWN",
          "ASKED",
          "DONE",
          "NOT_DONE"
        ],
        "default": "UNKNOWN"
      },
      "doc": "ASKED: it was about to be made, and may not have been. DONE: it was. NOT_DONE: it was refused after all."
    },
    {
      "name": "decided_on",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "Revision of the configuration that the change was decided on; null where there was none."
    },
    {
      "name": "revision",
      "type": [
        "null",
        "long"
      ],
      "default": null,
      "doc": "Revision of the configuration that the change has made; null before it is known, and of what is no configuration."
    },
    {
      "name": "before",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The subject before it as JSON, without secrets; null where there was none."
    },
    {
      "name": "after",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "The subject after it, or what was asked for, as JSON, without secrets; null where it is gone."
    },
    {
      "name": "request_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Of the request to the API; null for an operator."
    }
  ]
} as const;
