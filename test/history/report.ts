import type { Figure } from './measure.ts';

/** A page of 50 at any depth and by any filter, over ten million attempts on two cores. */
const MAX_PAGE_MS = 100;
/** How much longer the deepest page of a list may take than its first. */
const MAX_DEPTH_RATIO = 1.5;
/** What two measurements of the same page differ by. */
const NOISE_MS = 15;

export interface Measured {
  attempts: number;
  /** Of all tables together, for each attempt, when merges have settled. */
  diskBytesPerAttempt: number;
  tables: Array<{ name: string; rows: number; diskBytes: number }>;
  fillS: number;
  figures: Figure[];
}

/** Where the measured break what is promised, in words; empty where all holds. */
export function faultsOf({ figures }: Measured): string[] {
  const slow = figures
    .filter(({ medianMs }) => medianMs > MAX_PAGE_MS)
    .map(
      ({ query, depth, medianMs }) =>
        `${query}, page ${depth}: ${medianMs.toFixed(0)} ms, above ${MAX_PAGE_MS} ms`,
    );
  const deeper = figures.flatMap(({ query, depth, medianMs }) => {
    const first = figures.find((other) => other.query === query && other.depth === 1);
    const maxMs = (first?.medianMs ?? 0) * MAX_DEPTH_RATIO + NOISE_MS;
    return medianMs > maxMs
      ? [
          `${query}, page ${depth}: ${medianMs.toFixed(0)} ms, but page 1 took ${first?.medianMs.toFixed(0)} ms`,
        ]
      : [];
  });
  return [...slow, ...deeper];
}

export function tableOf(all: readonly Measured[]): string {
  const header = ['query', 'page', ...all.flatMap(({ attempts }) => columnsOf(millions(attempts)))];
  const last = all.at(-1)!;
  const rows = last.figures.map(({ query, depth }) => [
    query,
    String(depth),
    ...all.flatMap(({ figures }) => {
      const figure = figures.find((other) => other.query === query && other.depth === depth);
      return figure ? cellsOf(figure) : ['', '', '', '', ''];
    }),
  ]);
  const disk = all.map(
    ({ attempts, diskBytesPerAttempt, fillS, tables }) =>
      `${attempts} attempts filled in ${fillS.toFixed(0)} s, ${diskBytesPerAttempt.toFixed(0)} bytes of disk an attempt (${tables
        .map(({ name, diskBytes }) => `${name} ${(diskBytes / attempts).toFixed(0)}`)
        .join(', ')})`,
  );
  return [...aligned([header, ...rows]), '', ...disk].join('\n');
}

function columnsOf(size: string): string[] {
  return [`${size}: ms, worst`, 'asked again', 'items', 'rows read', 'granules'];
}

function cellsOf({
  medianMs,
  worstMs,
  warmMs,
  items,
  rowsRead,
  granulesSelected,
  granulesTotal,
}: Figure): string[] {
  return [
    `${medianMs.toFixed(0)}, ${worstMs.toFixed(0)}`,
    warmMs.toFixed(0),
    String(items),
    String(rowsRead),
    `${granulesSelected}/${granulesTotal}`,
  ];
}

function millions(attempts: number): string {
  return `${(attempts / 1e6).toFixed(1)} M`;
}

function aligned(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
}
