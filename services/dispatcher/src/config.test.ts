import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@herald/service-kit/config';
import { createCertificate } from '@herald/webhook/testing/certificates';
import { afterAll, describe, expect, test } from 'vitest';
import { dispatcherConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configOf(env: NodeJS.ProcessEnv) {
  return parseConfig(dispatcherConfig, {
    HERALD_KAFKA_BROKERS: '127.0.0.1:9092',
    HERALD_SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
    HERALD_SEALING_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    ...env,
  });
}

function fileOf(text: string): string {
  const path = join(folder, `${Math.random()}.pem`);
  writeFileSync(path, text);
  return path;
}

const HOUR_MS = 3_600_000;

describe('how long an endpoint may fail', () => {
  test('is a day and three to a warning, five to the hold, unless told otherwise', () => {
    expect(configOf({})).toMatchObject({
      HERALD_FAILING_WARN_AFTER_HOURS: [24 * HOUR_MS, 72 * HOUR_MS],
      HERALD_AUTO_DISABLE_AFTER_HOURS: 120 * HOUR_MS,
    });
  });

  test('may be parts of an hour', () => {
    const config = configOf({
      HERALD_FAILING_WARN_AFTER_HOURS: '0.5, 1',
      HERALD_AUTO_DISABLE_AFTER_HOURS: '1.5',
    });
    expect(config.HERALD_FAILING_WARN_AFTER_HOURS).toEqual([HOUR_MS / 2, HOUR_MS]);
    expect(config.HERALD_AUTO_DISABLE_AFTER_HOURS).toBe(1.5 * HOUR_MS);
  });

  test('is kept in whole milliseconds, as it goes on record', () => {
    const config = configOf({ HERALD_FAILING_WARN_AFTER_HOURS: '0.000555556' });
    expect(config.HERALD_FAILING_WARN_AFTER_HOURS).toEqual([2_000]);
  });

  test.each(['72,24', '24,24', '0', '-1', 'a day', '24,,x', '9000'])('is not %j', (text) => {
    expect(() => configOf({ HERALD_FAILING_WARN_AFTER_HOURS: text })).toThrow(
      /HERALD_FAILING_WARN_AFTER_HOURS=.*is not usable/,
    );
  });
});

describe('the file of further certificate authorities', () => {
  test('is read at the start', () => {
    const { cert } = createCertificate({ name: 'Ours', isAuthority: true });
    expect(configOf({ HERALD_EXTRA_CA_FILE: fileOf(cert) }).HERALD_EXTRA_CA_FILE).toHaveLength(1);
    expect(configOf({}).HERALD_EXTRA_CA_FILE).toEqual([]);
  });

  test('that is not there, or holds something else, ends the start with its path and what is wrong', () => {
    expect(() => configOf({ HERALD_EXTRA_CA_FILE: '/nowhere/ca.pem' })).toThrow(
      /HERALD_EXTRA_CA_FILE="\/nowhere\/ca.pem" is not usable: it cannot be read: ENOENT/,
    );
    expect(() => configOf({ HERALD_EXTRA_CA_FILE: fileOf('hello') })).toThrow(/it holds no PEM block/);
  });
});

describe('the bot of the installation', () => {
  const token = `110201543:${'A'.repeat(35)}`;

  test('is at the address of the Bot API, without a slash at its end, and there need not be one', () => {
    expect(configOf({})).toMatchObject({ HERALD_TELEGRAM_API_URL: 'https://api.telegram.org' });
    expect(configOf({}).HERALD_TELEGRAM_BOT_TOKEN).toBeUndefined();
    const url = 'https://bots.example.com/telegram/';
    const config = configOf({ HERALD_TELEGRAM_API_URL: url, HERALD_TELEGRAM_BOT_TOKEN: token });
    expect(config.HERALD_TELEGRAM_API_URL).toBe('https://bots.example.com/telegram');
    expect(config.HERALD_TELEGRAM_BOT_TOKEN).toBe(token);
  });

  test.each(['ftp://bots.example.com', 'https://user:pass@bots.example.com', 'https://bots.example.com?a=b'])(
    'is not at %s',
    (url) => {
      expect(() => configOf({ HERALD_TELEGRAM_API_URL: url })).toThrow(
        /HERALD_TELEGRAM_API_URL=.*is not usable/,
      );
    },
  );

  test('has a token of the form that Telegram gives, which no message repeats', () => {
    const start = () => configOf({ HERALD_TELEGRAM_BOT_TOKEN: `bot${token}` });
    expect(start).toThrow(/HERALD_TELEGRAM_BOT_TOKEN=\(value hidden\) is not usable/);
    expect(start).not.toThrow(/AAAA/);
  });
});
