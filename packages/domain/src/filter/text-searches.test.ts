import { expect, test } from 'vitest';
import type { Filter } from './filter.ts';
import { textSearchesOf } from './text-searches.ts';

test('a filter searches a text as often as it asks whether one contains something', () => {
  const search: Filter = { field: 'content.caption', op: 'contains', value: '#spring' };
  const label: Filter = { field: 'metadata.campaign', op: 'contains', value: 'spring' };
  const item: Filter = { field: 'content.media_urls', op: 'contains', value: 'https://example.com/' };
  const other: Filter = { field: 'content.title', op: 'eq', value: 'spring' };
  expect([search, label, item, other].map(textSearchesOf)).toEqual([1, 1, 0, 0]);
  expect(textSearchesOf({ and: [search, { or: [label, item] }, { not: { not: search } }] })).toBe(3);
});
