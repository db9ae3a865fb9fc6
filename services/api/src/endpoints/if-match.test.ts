import { expect, it } from 'vitest';
import { etag, parseIfMatch } from './if-match.ts';

it.each([
  [undefined, { kind: 'absent' }],
  ['*', { kind: 'revision', revision: undefined }],
  [etag(42), { kind: 'revision', revision: 42 }],
  [' "0" ', { kind: 'revision', revision: 0 }],
  ['42', { kind: 'malformed' }],
  ['W/"42"', { kind: 'malformed' }],
  ['"42", "43"', { kind: 'malformed' }],
  ['"-1"', { kind: 'malformed' }],
  ['""', { kind: 'malformed' }],
  ['"9999999999999999"', { kind: 'malformed' }],
  ['', { kind: 'malformed' }],
])('If-Match %j is %j', (header, parsed) => {
  expect(parseIfMatch(header)).toEqual(parsed);
});
