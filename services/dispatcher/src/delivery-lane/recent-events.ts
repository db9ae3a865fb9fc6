import type { Decoded, Decoder } from '@herald/contracts/codec';

export interface RecentEventsBounds {
  /** At least half as many are remembered. */
  maxEvents: number;
  /** Larger records are decoded each time. */
  maxRecordBytes: number;
}

/**
 * Of a fan-out in a backlog the partitions are some hundred events apart. Not more than that: what outlives two
 * collections of the young generation is copied twice, and collected with the old one.
 */
export const RECENT_EVENTS: RecentEventsBounds = { maxEvents: 256, maxRecordBytes: 16 * 1024 };

/**
 * The deliveries of one event come close together, one for each endpoint, all with the same bytes: they are decoded
 * once while they do. Ids are only a hint, what counts are the bytes.
 */
export function createRecentEvents<T>(
  decoder: Decoder<T>,
  { maxEvents, maxRecordBytes }: RecentEventsBounds,
): (eventId: string, bytes: Buffer | null) => Decoded<T> | Promise<Decoded<T>> {
  // Two generations, each a Map of its own: V8 links what one Map was inside to what it becomes, and what was forgotten
  // outlives collections by that.
  let young = new Map<string, { bytes: Buffer; decoded: Decoded<T> }>();
  let old = young;

  return (eventId, bytes) => {
    const known = young.get(eventId) ?? old.get(eventId);
    if (bytes && known?.bytes.equals(bytes)) return known.decoded;
    const decoded = decoder.decode(bytes);
    if (bytes && bytes.length <= maxRecordBytes && !(decoded instanceof Promise)) {
      if (young.size >= maxEvents / 2) {
        old = young;
        young = new Map();
      }
      young.set(eventId, { bytes, decoded });
    }
    return decoded;
  };
}
