import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const DEMO = join(ROOT, 'deploy', 'demo', 'src', 'main.ts');
const dir = mkdtempSync(join(tmpdir(), 'herald-demo-'));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('the demo settles 500 events with nothing lost, and says so in its last line', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [DEMO, '--events', '500', '--exit', '--dir', dir],
    { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, NO_COLOR: '1' } },
  );
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
  expect(summary).toEqual({
    events: 500,
    routed: summary.delivered + summary.dead + summary.held,
    delivered: 1_500,
    dead: expect.toSatisfy((dead: number) => dead > 0),
    held: 500,
    waiting: 0,
    attempts: expect.toSatisfy((attempts: number) => attempts > 1_500),
    duplicates: 0,
    lost: 0,
  });
  expect(stdout).toContain('One delivery that failed, and was delivered');
  expect(stdout).not.toContain('✗ │');
}, 400_000);
