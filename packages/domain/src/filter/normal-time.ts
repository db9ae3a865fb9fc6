const ISO_TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Years 0000 to 9999: what ISO 8601 writes with four digits, and what therefore compares as a text. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** A time with a zone as UTC with milliseconds; undefined for what is none. */
export function normalTime(text: string): string | undefined {
  const day = ISO_TIME.exec(text)?.[1];
  // 30 February would count as 2 March.
  if (day === undefined || isoTimeOf(Date.parse(`${day}T00:00:00Z`))?.slice(0, 10) !== day) return undefined;
  return isoTimeOf(Date.parse(text));
}

/** Undefined for a time that has no year of four digits. */
export function isoTimeOf(epochMs: number): string | undefined {
  return epochMs >= FIRST_MS && epochMs <= LAST_MS ? new Date(epochMs).toISOString() : undefined;
}
