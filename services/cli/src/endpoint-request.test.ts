import { describe, expect, it } from 'vitest';
import { endpointRequest, secretFlag } from './endpoint-request.ts';
import { UsageFailure } from './failure.ts';
import { readSecret } from './read-secret.ts';

const chat = { kind: 'telegram', project: 'p', name: '', chatId: '42' } as const;
const slack = { kind: 'slack', project: 'p', name: '' } as const;

describe('endpoints add', () => {
  it('puts what it read from standard input where its kind has it, and nowhere else', () => {
    expect(endpointRequest({ ...chat, token: '-' }, 'TOKEN')).toMatchObject({
      kind: 'telegram',
      chat_id: '42',
      token: 'TOKEN',
      url: undefined,
    });
    expect(endpointRequest({ ...slack, url: '-' }, 'https://hooks')).toMatchObject({ url: 'https://hooks' });
    expect(endpointRequest(chat, undefined)).toMatchObject({ chat_id: '42', token: undefined });
    const webhook = { kind: 'webhook', project: 'p', name: '', url: 'https://a.example' } as const;
    expect(endpointRequest(webhook, undefined)).toMatchObject({ url: 'https://a.example' });
  });

  it.each([
    [{ ...chat, token: '1:secret' }, '--token'],
    [{ ...slack, url: 'https://hooks.slack.com/services/secret' }, '--url'],
    [slack, '--url'],
    [{ kind: 'webhook', project: 'p', name: '' } as const, '--url'],
  ])('does not take a secret from the command line, nor repeat it: %#', (options, flag) => {
    const refused = (() => {
      try {
        secretFlag(options);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(refused).toBeInstanceOf(UsageFailure);
    expect(refused?.message).toContain(flag);
    expect(refused?.message).not.toContain('secret');
  });
});

describe('a secret on standard input', () => {
  async function* chunks(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }

  it('is its first line, in however many parts it comes', async () => {
    expect(await readSecret(chunks('1:AA', 'BB\n', 'more'))).toBe('1:AABB');
    expect(await readSecret(chunks(' 1:AABB'))).toBe('1:AABB');
  });

  it.each([[''], ['\n'], ['x'.repeat(5_000)]])('is asked for where there is none: %#', async (text) => {
    await expect(readSecret(chunks(text))).rejects.toBeInstanceOf(UsageFailure);
  });
});
