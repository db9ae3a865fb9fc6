import type { Phase } from './next-action.ts';
import type { HistoryPlace, ReplayProgress, SourceRange } from './progress.ts';

/** How far a source was read: before this offset of a partition, or up to and with this delivery of the history. */
export type Place =
  | { kind: 'offset'; partition: number; nextOffset: number }
  | ({ kind: 'delivery' } & HistoryPlace);

/** Moves on to the place. Ranges of one partition never touch, so an offset is in one of them. */
export function advance(progress: ReplayProgress, phase: Phase, place: Place): void {
  if (place.kind === 'offset') {
    const range = rangeAt(progress, place);
    if (!range) throw new Error(`${place.partition}:${place.nextOffset} is in no range of the replay`);
    if (phase === 'plan') range.plannedTo = place.nextOffset;
    else range.position = place.nextOffset;
    return;
  }
  if (!progress.history) throw new Error('the replay does not read the history');
  const { occurredAtMs, deliveryId } = place;
  progress.history[phase === 'plan' ? 'planned' : 'replayed'] = { occurredAtMs, deliveryId };
}

/** The range that ends at the place or goes on behind it; undefined for the history. */
export function rangeAt({ ranges }: ReplayProgress, place: Place): SourceRange | undefined {
  if (place.kind !== 'offset') return undefined;
  const { partition, nextOffset } = place;
  return ranges.find(
    (range) => range.partition === partition && range.from < nextOffset && nextOffset <= range.to,
  );
}

/** The first range that the phase has not read to its end, and where it goes on. */
export function nextRange(
  { ranges }: ReplayProgress,
  phase: Phase,
): { range: SourceRange; from: number } | undefined {
  for (const range of ranges) {
    const from = phase === 'plan' ? range.plannedTo : range.position;
    if (from < range.to) return { range, from };
  }
  return undefined;
}
