import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const ask = (field: string, status = 429) => retryAfterMs(status, { 'retry-after': field }, NOW);

describe('retryAfterMs', () => {
  it('reads whole seconds', () => expect(ask(' 120 ')).toBe(120_000));

  it('reads all three date forms of RFC 9110', () => {
    expect(ask('Fri, 02 Jan 2026 03:05:05 GMT')).toBe(60_000);
    expect(ask('Friday, 02-Jan-26 03:05:05 GMT')).toBe(60_000);
    expect(ask('Fri Jan  2 03:05:05 2026')).toBe(60_000);
  });

  it('is bounded by a day, whatever the receiver asks for', () => {
    expect(ask('99999999999999')).toBe(MAX_RETRY_AFTER_MS);
    expect(ask('Fri, 02 Jan 2099 03:05:05 GMT')).toBe(MAX_RETRY_AFTER_MS);
  });

  it.each(['', '-5', '1.5', 'soon', '0', 'Fri, 02 Jan 2026 03:04:04 GMT', '2026-01-03', 'NaN', '1e9'])(
    'ignores %j',
    (field) => expect(ask(field)).toBeUndefined(),
  );

  it.each([429, 502, 503, 504])('is honoured on %i', (status) => expect(ask('5', status)).toBe(5_000));

  it.each([200, 400, 404, 500, 301])('is ignored on %i', (status) =>
    expect(ask('5', status)).toBeUndefined(),
  );
});
