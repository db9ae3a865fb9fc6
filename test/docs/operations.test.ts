import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WIRE_ERRORS } from '@herald/domain/outcome';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/operations.md`, 'utf8');

function namesIn(pattern: string, name: RegExp): string[] {
  const files = globSync(pattern, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const names = files.flatMap((file) =>
    [...readFileSync(`${root}${file}`, 'utf8').matchAll(name)].map((found) => found[1] as string),
  );
  return [...new Set(names)].sort();
}

describe('the operations page', () => {
  it('has a line for every metric', () => {
    const metrics = namesIn('services/*/src/**/*.ts', /name: '(herald_\w+)'/g);
    expect(metrics.length).toBeGreaterThan(30);
    expect(metrics.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('names no metric that is gone', () => {
    const metrics = new Set(namesIn('services/*/src/**/*.ts', /name: '(herald_\w+)'/g));
    const named = [...page.matchAll(/`(herald_\w+)/g)].map((found) => found[1] as string);
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
  });

  it('has a line for every setting', () => {
    const settings = namesIn('{services,packages}/*/src/*config*.ts', /^ {2}(HERALD_\w+): variable\(/gm);
    expect(settings.length).toBeGreaterThan(30);
    expect(settings.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('has a line for every alert, and no rule asks for a metric that is gone', () => {
    const alerts = namesIn('deploy/prometheus/alerts/!(*.test).yml', /alert: (\w+)/g);
    expect(alerts.length).toBeGreaterThan(0);
    expect(alerts.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
    const metrics = new Set(namesIn('services/*/src/**/*.ts', /name: '(herald_\w+)'/g));
    const asked = namesIn('deploy/prometheus/alerts/!(*.test).yml', /(herald_\w+)/g);
    expect(asked.filter((name) => !metrics.has(name))).toEqual([]);
  });

  it('explains every outcome of an attempt', () => {
    expect(WIRE_ERRORS.filter((error) => !page.includes(`\`${error}\``))).toEqual([]);
  });
});
