import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHerald } from './program.ts';
import { createTerminal } from './terminal.ts';

/** What an API that finds each request wrong answers with. */
let mistakes: object[] = [];
let status = 400;
/** What it answers with before, one for each request. */
let successes: object[] = [];
let asked: string[] = [];
let keys: unknown[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    keys.push(request.headers['idempotency-key']);
    const success = successes.shift();
    if (success) return void response.end(JSON.stringify(success));
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ title: 'The request is not valid', detail: 'No.', errors: mistakes }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => void server.close());

async function herald(...args: string[]): Promise<{ code: number; notes: string }> {
  asked = [];
  keys = [];
  let notes = '';
  const write = (chunk: unknown) => {
    notes += chunk;
    return true;
  };
  const { port } = server.address() as AddressInfo;
  const code = await runHerald(args, {
    terminal: createTerminal({ stdout: { write }, stderr: { write }, env: {} }),
    env: { HERALD_API_URL: `http://127.0.0.1:${port}`, HERALD_API_KEY: 'hk_x' },
    input: process.stdin,
  });
  return { code, notes };
}

const mistake = (field: string, problem = 'it is wrong', remedy = 'Expected: another.') => ({
  in: 'query',
  field,
  value: '"as JSON"',
  problem,
  remedy,
});

test('what the API refuses is wrong usage, told by the flags and the values that were typed', async () => {
  mistakes = [mistake('event_type'), mistake('state', 'it is no state')];
  expect(await herald('history', '--type', 'x', '--state', 'deadd')).toEqual({
    code: 2,
    notes:
      'The command has 2 mistakes:\n  --type x: it is wrong. Expected: another.\n  --state deadd: it is no state. Expected: another.\n',
  });
  mistakes = [mistake('source.ranges[1].from'), mistake('filter.publication_ids[0]'), mistake('per_second')];
  const replay = ['replay', 'plan', '--topic', 'events', '--offsets', '0:1-2', '--publications', 'a,b'];
  expect((await herald(...replay)).notes).toContain(
    '--offsets 0:1-2: it is wrong. Expected: another.\n  --publications a,b: it is wrong. Expected: another.\n  --rate: it is wrong',
  );
});

test('an argument is named as the help has it, and a field that no flag stands for by the API', async () => {
  mistakes = [mistake('delivery_id'), mistake('dry_run'), { ...mistake(''), value: undefined }];
  const { code, notes } = await herald('deliveries', 'show', 'x');
  expect(code).toBe(2);
  expect(notes).toContain('<delivery-id> x: it is wrong');
  expect(notes).toContain('dry_run "as JSON": it is wrong');
  expect(notes).toContain('\n  it is wrong. Expected: another.\n');
});

test('a remedy names flags too', async () => {
  mistakes = [mistake('states', 'it goes with endpoint_ids', 'Leave it out, or give publication_ids.')];
  const { notes } = await herald('replay', 'create', '--history', '--states', 'dead');
  expect(notes).toContain('it goes with --endpoints. Leave it out, or give --publications.');
});

test('a replay whose answer is lost is the same one when it is asked for again as the failure says', async () => {
  status = 503;
  const create = ['replay', 'create', '--topic', 'events', '--everything'];
  const { code, notes } = await herald(...create);
  const [, key] = /--idempotency-key (\S+)/.exec(notes) ?? [];
  expect([code, keys]).toEqual([1, [expect.stringMatching(/^[0-9a-f-]{36}$/)]]);
  expect(key).toBe(keys[0]);
  await herald(...create, '--idempotency-key', key!);
  expect(keys).toEqual([key]);
  await herald(...create);
  expect(keys).not.toEqual([key]);
  status = 400;
});

test('an id that is empty, as of a variable that is not set, is refused before anything is asked', async () => {
  for (const command of [
    ['deliveries', 'show', ''],
    ['deliveries', 'redeliver', ''],
    ['replay', 'cancel', '..'],
    ['dead-letters', 'redrive', 'a', ''],
    ['explain', '', '--endpoint', ''],
    ['endpoints', 'purge', '.'],
    ['retries', 'cancel', '--endpoint', ''],
  ]) {
    const { code, notes } = await herald(...command);
    expect(code).toBe(2);
    expect(notes).toMatch(/<[a-z-]+> (is empty|\.+: it is no id)|--endpoint is empty/);
  }
  expect(asked).toEqual([]);
});

test('what was sent again of many dead letters is shown, also when the API fails half-way', async () => {
  status = 503;
  const ids = Array.from({ length: 150 }, (_, at) => `dead-${at}`);
  const items = ids
    .slice(0, 100)
    .map((id) => ({ dead_letter: id, result: 'queued', delivery_id: `${id}-again` }));
  successes = [{ items }];
  const { code, notes } = await herald('dead-letters', 'redrive', ...ids);
  expect(code).toBe(1);
  expect(notes).toMatch(/dead-99 +queued +dead-99-again/);
  expect(notes).toContain('No result of the last 50 of 150');
  expect(notes).toContain('(503)');
  expect(asked).toHaveLength(2);
  status = 400;
});

test('an empty page that is not the last is not told as the end of a list', async () => {
  for (const list of [
    ['events', 'list'],
    ['deliveries', 'list'],
    ['dead-letters', 'list'],
    ['audit', 'list'],
  ]) {
    successes = [{ items: [], next_cursor: 'further' }];
    expect(await herald(...list)).toEqual({ code: 0, notes: 'nothing so far\nmore: --cursor further\n' });
  }
  successes = [{ items: [], next_cursor: null }];
  expect((await herald('events', 'list')).notes).toBe('no event on record is so\n');
});
