import { TooManyReads } from '@herald/clickhouse/read-turns';
import { expect, it } from 'vitest';
import { createReadHistory } from './read-history.ts';

const answered = (found: string) => ({ status: 200, body: found }) as const;

it('answers with what was read', async () => {
  const readHistory = createReadHistory({ timeoutMs: 1_000, onFailure: () => {} });
  expect(await readHistory(async () => 'row', answered)).toEqual({ status: 200, body: 'row' });
});

it('never hangs and never breaks while ClickHouse does, and says why to the log', async () => {
  const failures: unknown[] = [];
  const readHistory = createReadHistory({ timeoutMs: 5, onFailure: (error) => failures.push(error) });
  const hanging = readHistory(() => new Promise<string>(() => {}), answered);
  const broken = readHistory(() => Promise.reject(new Error('refused')), answered);
  for (const answer of await Promise.all([hanging, broken])) {
    expect(answer).toMatchObject({ problem: { status: 503 }, headers: { 'retry-after': '5' } });
  }
  expect(failures.map(String).toSorted()).toEqual([
    'Error: ClickHouse gave no answer in 5 ms',
    'Error: refused',
  ]);
});

it('says that the history is away only where asking again may help', async () => {
  const readHistory = createReadHistory({ timeoutMs: 1_000, onFailure: () => {} });
  const refused = new Error(
    'Poco::Exception. Code: 1000, e.code() = 0, HTML Form Exception: Field value too long',
  );
  for (const error of [refused, new TypeError('a bug')]) {
    await expect(readHistory(() => Promise.reject(error), answered)).rejects.toBe(error);
  }
  const answer = await readHistory(() => Promise.reject(new Error('socket hang up')), answered);
  expect(answer).toMatchObject({ problem: { code: 'history_unavailable' } });
});

it('tells an account that asks for too much at once from a history that is away', async () => {
  const failures: unknown[] = [];
  const readHistory = createReadHistory({ timeoutMs: 1_000, onFailure: (error) => failures.push(error) });
  const answer = await readHistory(() => Promise.reject(new TooManyReads(5)), answered);
  expect(answer).toMatchObject({ problem: { status: 429 }, headers: { 'retry-after': '5' } });
  expect(failures).toEqual([]);
});

it('leaves a fault of its own a fault', async () => {
  const readHistory = createReadHistory({ timeoutMs: 1_000, onFailure: () => {} });
  const faulty = readHistory(
    async () => 'row',
    () => {
      throw new TypeError('a bug');
    },
  );
  await expect(faulty).rejects.toThrow('a bug');
});
