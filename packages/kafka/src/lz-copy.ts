/**
 * Appends `length` bytes that were written `distance` before, as LZ formats do: where they overlap, what is just
 * written is read again. Returns where to write next.
 */
export function copyWithin(output: Buffer, at: number, distance: number, length: number): number {
  const from = at - distance;
  if (distance === 0 || from < 0 || at + length > output.length) throw new Error('damaged compressed block');
  if (distance >= length) output.copyWithin(at, from, from + length);
  else for (let i = 0; i < length; i++) output[at + i] = output[from + i]!;
  return at + length;
}
