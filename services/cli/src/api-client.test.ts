import { expect, test } from 'vitest';
import { connectApi, problemText } from './api-client.ts';
import { CommandFailure } from './failure.ts';

test('a problem of the API is told by its title and detail', () => {
  const problem = { title: 'No valid API key', detail: 'The key was revoked.' };
  expect(problemText(401, JSON.stringify(problem))).toBe('No valid API key (401). The key was revoked.');
});

test('an answer that is not from Herald is shown as it is', () => {
  expect(problemText(502, '<html>')).toBe('The API answered 502: <html>');
});

test('a filter that is not given is not asked for', async () => {
  const asked: string[] = [];
  const api = connectApi({
    url: 'http://127.0.0.1:1',
    key: 'hk_x',
    fetcher: async (url) => {
      asked.push(String(url));
      return new Response('{}');
    },
  });
  await api.get('/v1/deliveries', { state: 'dead', cursor: undefined });
  expect(asked).toEqual(['http://127.0.0.1:1/v1/deliveries?state=dead']);
});

test('an API that does not answer is a failure that names its address', async () => {
  const api = connectApi({ url: 'http://127.0.0.1:1', key: 'hk_x' });
  await expect(api.get('/v1/endpoints')).rejects.toThrow(CommandFailure);
  await expect(api.get('/v1/endpoints')).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be reached/);
});
