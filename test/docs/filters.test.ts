import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventField } from '@herald/contracts/event-fields';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { passes } from '@herald/domain/filter/evaluate';
import { FILTER_FIELDS, OPERATORS_OF } from '@herald/domain/filter/fields';
import { parseFilter } from '@herald/domain/filter/parse';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/filters.md`, 'utf8');

const events = globSync('schemas/examples/events/*-{published,failed,deleted}*.json', { cwd: root })
  .map((file) => ({
    name: basename(file, '.json'),
    event: JSON.parse(readFileSync(`${root}${file}`, 'utf8')) as PublicationEvent,
  }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const examples = [...page.matchAll(/```json filter\n(.+?)```\n\n→ (.+?)\n/gs)].map(
  ([, filter = '', through = '']) => ({ filter, through }),
);

it('the page of filters has an example of every form, and none that is not read here', () => {
  expect(examples).toHaveLength([...page.matchAll(/```json filter/g)].length);
  const all = examples.map(({ filter }) => filter).join();
  for (const word of ['"and"', '"not"', '"in"', '"exists"', '"contains"']) expect(all).toContain(word);
});

it.each(examples)('$filter lets through what the page says', ({ filter, through }) => {
  const parsed = parseFilter(JSON.parse(filter));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  const passed = events.filter(({ event }) => passes(parsed.filter, (path) => eventField(event, path)));
  expect(passed.map(({ name }) => name)).toEqual(through.split(', '));
});

it('the page of filters names every field and every operator', () => {
  for (const field of FILTER_FIELDS.keys()) expect(page).toContain(`\`${field}\``);
  for (const operator of new Set(Object.values(OPERATORS_OF).flat()))
    expect(page).toContain(`\`${operator}\``);
});
