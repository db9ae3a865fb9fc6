import type { OffsetRange } from './offset-tracker.ts';

/** The broker's default for offset.metadata.max.bytes; a longer one is refused and not retriable. */
export const maxMetadataBytes = 4_096;

/** Says whose metadata this is: another tool's commit restores as "nothing complete beyond". */
const prefix = 'h1:';
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Codes what is complete beyond the committed offset as run lengths, alternately "not complete" and "complete",
 * each a base-64 VLQ (5 bits a character, the sixth says that more follow). What does not fit into `maxBytes`
 * is left out, furthest first: those records are sent again after a restart, none is lost.
 */
export function encodeCompletions(
  lowWater: number,
  runs: readonly OffsetRange[],
  maxBytes = maxMetadataBytes,
): string {
  let text = prefix;
  let at = lowWater;
  for (const { start, end } of runs) {
    const coded = encodeLength(start - at) + encodeLength(end - start);
    if (text.length + coded.length > maxBytes) break;
    text += coded;
    at = end;
  }
  return text === prefix ? '' : text;
}

/** The runs that `encodeCompletions` coded; none when the text is someone else's or damaged. */
export function decodeCompletions(lowWater: number, text: string | null): OffsetRange[] {
  if (!text?.startsWith(prefix)) return [];
  const lengths = decodeLengths(text);
  const runs: OffsetRange[] = [];
  let at = lowWater;
  for (let i = 0; i + 1 < lengths.length; i += 2) {
    const start = at + lengths[i]!;
    at = start + lengths[i + 1]!;
    // A gap or a run is never empty: such a text was not written by us, and to trust it could lose a record.
    if (start <= (runs.at(-1)?.end ?? lowWater) || at <= start || !Number.isSafeInteger(at)) return [];
    runs.push({ start, end: at });
  }
  return runs;
}

function encodeLength(length: number): string {
  let text = '';
  let rest = length;
  while (rest >= 32) {
    text += digits[32 + (rest % 32)];
    rest = Math.floor(rest / 32);
  }
  return text + digits[rest];
}

function decodeLengths(text: string): number[] {
  const lengths: number[] = [];
  let length = 0;
  let unit = 1;
  for (let i = prefix.length; i < text.length; i++) {
    const digit = digits.indexOf(text[i]!);
    if (digit < 0) return [];
    length += (digit % 32) * unit;
    unit *= 32;
    if (digit >= 32) continue;
    lengths.push(length);
    length = 0;
    unit = 1;
  }
  return unit === 1 && lengths.length % 2 === 0 ? lengths : [];
}
