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
