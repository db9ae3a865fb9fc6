const UNITS = [
  { name: 'd', ms: 24 * 60 * 60 * 1_000 },
  { name: 'h', ms: 60 * 60 * 1_000 },
  { name: 'min', ms: 60 * 1_000 },
  { name: 's', ms: 1_000 },
] as const;

/** How far a time of the API is from now; a dash where it has none. */
export function agoOf(at: string | null, nowMs: number): string {
  return at === null ? '–' : ago(Date.parse(at), nowMs);
}

/** How far a moment is from now in its largest unit: `3 min ago`, `in 5 s`, `now`. */
export function ago(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(nowMs - atMs);
  const unit = UNITS.find(({ ms }) => distanceMs >= ms);
  if (!unit) return 'now';
  const count = Math.floor(distanceMs / unit.ms);
  return atMs <= nowMs ? `${count} ${unit.name} ago` : `in ${count} ${unit.name}`;
}
