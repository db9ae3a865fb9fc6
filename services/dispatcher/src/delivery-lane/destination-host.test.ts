import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { expect, test } from 'vitest';
import { endpointOf } from '../../test-support/fakes.ts';
import { createHostOf } from './destination-host.ts';

function hostsOf(urls: Record<string, string>) {
  const table = new Map<string, ConfiguredEndpoint>(
    Object.entries(urls).map(([id, url]) => [id, { endpoint: endpointOf({ id, url }), revision: 1 }]),
  );
  return { hostOf: createHostOf(table, 'https://api.telegram.org'), table };
}

test('endpoints share a host by its name and port, however it is written and whatever the path', () => {
  const { hostOf } = hostsOf({
    a: 'https://hooks.example.com/a',
    b: 'https://HOOKS.example.com:443/b?x=1',
    c: 'https://hooks.example.com:8443/a',
  });
  expect(hostOf('a')).toBe(hostOf('b'));
  expect(hostOf('c')).not.toBe(hostOf('a'));
});

test('an endpoint that is deleted, or whose URL cannot be read, shares with nobody', () => {
  const { hostOf } = hostsOf({ broken: 'no url' });
  expect([hostOf('broken'), hostOf('deleted')]).toEqual(['broken', 'deleted']);
});

test('an endpoint that moves is at its new host', () => {
  const { hostOf, table } = hostsOf({ a: 'https://one.example.com/' });
  expect(hostOf('a')).toBe('one.example.com');
  table.set('a', { endpoint: endpointOf({ id: 'a', url: 'https://two.example.com/' }), revision: 2 });
  expect(hostOf('a')).toBe('two.example.com');
});

test('all chats of Telegram share its host: their own URL is empty', () => {
  const { hostOf, table } = hostsOf({ a: 'https://one.example.com/' });
  for (const id of ['b', 'c']) {
    const telegram = { chatId: id, sealedToken: undefined };
    table.set(id, { endpoint: endpointOf({ id, kind: 'telegram', url: '', telegram }), revision: 2 });
  }
  expect([hostOf('b'), hostOf('c')]).toEqual(['api.telegram.org', 'api.telegram.org']);
});
