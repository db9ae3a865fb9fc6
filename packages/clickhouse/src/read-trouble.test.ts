import { ClickHouseError, parseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { readTroubleOf } from './read-trouble.ts';

const said = (text: string) => parseError(`Code: ${text} (version 26.7.2.1)`);

test.each([
  ['away', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })],
  ['away', new Error('Timeout error.')],
  ['away', new Error('<html>503 Service Unavailable</html>')],
  ['away', said('202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)')],
  ['away', said('241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)')],
  [
    'away',
    said(
      '241. DB::Exception: (total) memory limit exceeded: would use 2 GiB. OvercommitTracker decision: Query was selected to stop. (MEMORY_LIMIT_EXCEEDED)',
    ),
  ],
  ['away', said('516. DB::Exception: u: Authentication failed. (AUTHENTICATION_FAILED)')],
  ['slow', said('159. DB::Exception: Timeout exceeded: elapsed 60 s. (TIMEOUT_EXCEEDED)')],
  ['refused', said('241. DB::Exception: Query memory limit exceeded: 1 GiB. (MEMORY_LIMIT_EXCEEDED)')],
  ['refused', said('241. DB::Exception: Memory limit (for query) exceeded. (MEMORY_LIMIT_EXCEEDED)')],
  ['refused', said('47. DB::Exception: Unknown identifier x. (UNKNOWN_IDENTIFIER)')],
  [
    'refused',
    new Error('Poco::Exception. Code: 1000, e.code() = 0, HTML Form Exception: Field value too long'),
  ],
  [undefined, new TypeError('An account id is empty')],
])('the trouble is %s: %s', (trouble, error) => {
  expect(readTroubleOf(error)).toBe(trouble);
});

test('what ClickHouse says of a query is told by its number', () => {
  expect(said('47. DB::Exception: Unknown identifier x. (UNKNOWN_IDENTIFIER)')).toBeInstanceOf(
    ClickHouseError,
  );
});
