import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jsonText } from './json-text.ts';

it('takes JSON as it is, or a file of it, and says which of the two cannot be read', () => {
  const dir = mkdtempSync(join(tmpdir(), 'herald-json-'));
  const file = join(dir, 'filter.json');
  writeFileSync(file, '{"a": 1}\n');
  try {
    expect(jsonText().parse('{"a":1}')).toEqual({ a: 1 });
    expect(jsonText().parse(`@${file}`)).toEqual({ a: 1 });
    expect(jsonText().safeParse('{a').error?.issues[0]?.message).toMatch(/^it is not JSON: /);
    expect(jsonText().safeParse(`@${dir}/none`).error?.issues[0]?.message).toMatch(
      /^the file cannot be read as JSON: ENOENT/,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});
