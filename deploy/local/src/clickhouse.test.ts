import { expect, test } from 'vitest';
import { findLibrary } from './clickhouse.ts';

test('on a platform without the library it says which have it and what to do instead', () => {
  expect(() => findLibrary('win32-x64')).toThrow(
    'ClickHouse is not published as a library for win32-x64 (only for linux-x64, linux-arm64, darwin-x64, darwin-arm64): run the stack in containers, by docker compose up.',
  );
});

test('a library that npm left out is one sentence that says how to get it', () => {
  const other = process.platform === 'darwin' ? 'linux-arm64' : 'darwin-arm64';
  expect(() => findLibrary(other)).toThrow(
    /^ClickHouse's library @chdb\/lib-\S+ is not installed: run npm ci/,
  );
});
