import type { FetchedRecord } from './fetched-record.ts';
import type { Claim, LaneRecord } from './record.ts';
import { RecordReader } from './record-reader.ts';

/** A fetched record in memory of its own. The headers are read at the first look. */
export class ReceivedRecord implements LaneRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly bytes: number;
  readonly claim: Claim;
  readonly #fields: Buffer;
  readonly #headersAt: number;
  #headers: Record<string, Buffer | undefined> | undefined;

  constructor(claim: Claim, fetched: FetchedRecord) {
    this.claim = claim;
    this.offset = fetched.offsetNumber;
    this.timestampMs = fetched.timestampMs;
    this.#fields = fetched.copyFields();
    this.bytes = this.#fields.length;
    const reader = new RecordReader(this.#fields, 0);
    this.key = reader.field();
    this.value = reader.field();
    this.#headersAt = reader.at;
  }

  get topic(): string {
    return this.claim.topic;
  }

  get partition(): number {
    return this.claim.partition;
  }

  get headers(): Record<string, Buffer | undefined> {
    this.#headers ??= new RecordReader(this.#fields, this.#headersAt).headers();
    return this.#headers;
  }
}
