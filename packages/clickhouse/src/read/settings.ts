/** What one query is asked under, beside the settings of its connection: each value as SQL. */
export type Settings = Readonly<Record<string, string>>;

/**
 * For a span with fewer rows that match than a list may take: in its order ClickHouse would read one range of a part
 * after another, by hardly more than one thread. Where there are more, all of them are read.
 */
export const UNORDERED: Settings = { optimize_read_in_order: '0' };

/** As SQL, at the end of a query. */
export function settingsOf(settings: Settings): string {
  const set = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return set.length > 0 ? `SETTINGS ${set.join(', ')}` : '';
}
