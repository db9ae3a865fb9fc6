import { columns, figure } from '../load/report/columns.ts';
import { boundOf } from './judge.ts';
import type { RowResult } from './run-row.ts';

/** The rows as a table. */
export function reportOf(results: readonly RowResult[]): string {
  const head = [
    '',
    'events',
    'deliveries',
    'lost',
    'forks',
    'twice',
    'bound',
    'back, ms',
    'of',
    's',
    'verdict',
  ];
  return columns([head, ...results.map(lineOf)]).join('\n');
}

function lineOf({ name, findings, seconds, problems }: RowResult): string[] {
  const figures = findings && [
    findings.events,
    findings.deliveries,
    findings.account.lost.length,
    findings.forks,
    findings.account.duplicates,
    boundOf(findings.exposures),
    largest(findings.exposures.map(({ oldestRepeatMs }) => oldestRepeatMs)),
    largest(findings.exposures.map(({ windowMs }) => windowMs)),
  ];
  return [
    name,
    ...(figures ?? Array.from({ length: 8 }, () => undefined)).map(figure),
    figure(Math.round(seconds)),
    problems.length === 0 ? 'holds' : `BROKEN: ${problems.join('; ')}`,
  ];
}

function largest(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
