import { MAX_EVENT_BYTES } from '@herald/contracts/event-size';
import { POISON_HEADERS } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { formatCoordinates } from '@herald/domain/coordinates';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';

/** An event and the headers of its delivery. */
export const MAX_DELIVERY_BYTES = MAX_EVENT_BYTES + 8 * 1024;

/** Below what the poison topic takes, by more than the headers need. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024 - 64 * 1024;
const MAX_DETAIL_CHARS = 1_000;

/** Why a record is not acted on, in a word and in words. */
export interface Poison {
  reason: string;
  detail: string;
}

/** The record as it came, with what is wrong with it and where it stood. */
export function poisonRecord(record: LaneRecord, { reason, detail }: Poison): OutgoingRecord {
  const value = record.value;
  const cut = value !== null && value.length > MAX_KEPT_BYTES;
  const note = cut ? `the first ${MAX_KEPT_BYTES} of ${value.length} bytes: ` : '';
  return {
    topic: TOPICS.eventsPoison,
    key: null,
    value: cut ? value.subarray(0, MAX_KEPT_BYTES) : value,
    headers: {
      [POISON_HEADERS.reason]: reason,
      [POISON_HEADERS.detail]: `${note}${detail}`.slice(0, MAX_DETAIL_CHARS),
      [POISON_HEADERS.origin]: formatCoordinates(record),
    },
  };
}

export function tooLarge(record: LaneRecord, maxBytes: number): Poison | undefined {
  if (record.bytes <= maxBytes) return undefined;
  return { reason: 'too_large', detail: `${record.bytes} bytes, at most ${maxBytes} are taken` };
}

export function malformedHeader({ header, value }: { header: string; value: string }): Poison {
  return { reason: 'malformed_header', detail: `header ${header} is ${JSON.stringify(value.slice(0, 100))}` };
}
