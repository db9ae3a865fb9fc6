import { expect, it } from 'vitest';
import { headersAfter, shownHeaders, valuesMissing } from './header-values.ts';

const current = { 'x-team': 'social', authorization: 'Bearer of-the-receiver' };

it('of a header field the name is shown and never the value', () => {
  expect(shownHeaders(current)).toEqual({ 'x-team': '[set]', authorization: '[set]' });
});

it('what is shown, sent back as it is or with one value changed, keeps the values of all others', () => {
  const shown = shownHeaders(current);
  expect(valuesMissing(current, shown)).toEqual([]);
  expect(headersAfter(current, shown)).toEqual(current);
  expect(headersAfter(current, { ...shown, 'x-team': 'ads' })).toEqual({ ...current, 'x-team': 'ads' });
  expect(headersAfter(current, { 'x-team': '[set]' })).toEqual({ 'x-team': 'social' });
});

it('a value to be kept that there is not is refused, and never sent as it stands', () => {
  expect(valuesMissing(current, { 'x-new': '[set]', 'x-team': '[set]' })).toMatchObject([
    { field: 'headers.x-new', remedy: 'Expected: the value itself.' },
  ]);
  expect(valuesMissing({}, undefined)).toEqual([]);
  expect(headersAfter(current, { 'x-new': '[set]' })).toEqual({});
});
