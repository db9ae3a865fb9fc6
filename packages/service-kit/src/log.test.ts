import { expect, test } from 'vitest';
import { hideSecrets } from './hide-secrets.ts';
import { createLogger, type LoggerOptions } from './log.ts';

function logged(
  format: LoggerOptions['format'],
  write: (log: ReturnType<typeof createLogger>) => void,
): string {
  let output = '';
  const destination = {
    write(text: string) {
      output += text;
    },
  };
  write(createLogger({ service: 'api', level: 'info', format, destination }));
  return output;
}

test('a line is one JSON object with service, level as a word, ISO time and message', () => {
  const line = JSON.parse(logged('json', (log) => log.warn({ endpointId: 'e1' }, 'slow')));
  expect(line).toMatchObject({ service: 'api', level: 'warn', endpointId: 'e1', msg: 'slow' });
  expect(new Date(line.time).toISOString()).toBe(line.time);
});

test('a secret that is handed over by mistake is hidden, wherever it is', () => {
  const output = logged('json', (log) =>
    log.info(
      {
        authorization: 'Bearer hunter2',
        headers: { authorization: 'Bearer hunter2', host: 'kept' },
        request: { headers: { cookie: 'hunter2' } },
        config: { password: 'hunter2', apiKey: 'hunter2', secrets: ['hunter2'] },
      },
      'request',
    ),
  );
  expect(output).not.toContain('hunter2');
  expect(output).toContain('kept');
});

test('a secret is hidden in what an error carries', () => {
  const err = Object.assign(new Error('refused'), { headers: { 'X-Api-Key': 'hunter2' } });
  const output = logged('json', (log) => log.error({ err }, 'failed'));
  expect(output).not.toContain('hunter2');
  expect(output).toContain('refused');
});

test('hiding copies only what it changes, and nothing of what the caller holds', () => {
  const harmless = { a: { b: [1, { c: null }] } };
  expect(hideSecrets(harmless)).toBe(harmless);
  const telling = { a: harmless, list: [{ token: 'hunter2' }] };
  expect(hideSecrets(telling)).toEqual({ a: harmless, list: [{ token: '[hidden]' }] });
  expect(telling.list[0]?.token).toBe('hunter2');
});

test('an error is logged with its message, stack and cause', () => {
  const err = new Error('flush failed', { cause: new Error('broker away') });
  const line = JSON.parse(logged('json', (log) => log.error({ err }, 'fatal')));
  expect(line.err.message).toBe('flush failed: broker away');
  expect(line.err.stack).toContain('caused by: Error: broker away');
});
