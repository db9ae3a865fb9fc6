// Generated from schemas/erasure.avsc by `npm run generate`. Do not edit.

/** History that was erased on request, so that nothing that writes history brings it back. Topic herald.erasures, key the JSON array of account_id and, where there is one, publication_id, compacted. */
export interface Erasure {
  /** Whose history. */
  account_id: string;
  /** Only of this publication; null for all of the account. */
  publication_id: null | string;
  /** When it was erased, UTC. */
  erased_at: number;
  /** Ends of the partitions of publication.events at that time: what comes from events before them is erased, whenever it is recorded. */
  event_ends: Array<number>;
  /** Who asked for it, for people. */
  erased_by: string;
}

export const erasureSchema = {
  "type": "record",
  "name": "Erasure",
  "namespace": "herald.configuration",
  "doc": "History that was erased on request, so that nothing that writes history brings it back. Topic herald.erasures, key the JSON array of account_id and, where there is one, publication_id, compacted.",
  "fields": [
    {
      "name": "account_id",
      "type": "string",
      "doc": "Whose history."
    },
    {
      "name": "publication_id",
      "type": [
        "null",
        "string"
      ],
      "default": null,
      "doc": "Only of this publication; null for all of the account."
    },
    {
      "name": "erased_at",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "When it was erased, UTC."
    },
    {
      "name": "event_ends",
      "type": {
        "type": "array",
        "items": "long"
      },
      "doc": "Ends of the partitions of publication.events at that time: what comes from events before them is erased, whenever it is recorded."
    },
    {
      "name": "erased_by",
      "type": "string",
      "default": "",
      "doc": "Who asked for it, for people."
    }
  ]
} as const;
