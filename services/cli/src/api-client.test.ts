import { expect, test } from 'vitest';
import { connectApi, refusalOf } from './api-client.ts';
import { ApiAway, CommandFailure } from './failure.ts';

test('a problem of the API is told by its title and detail', () => {
  const problem = { title: 'No valid API key', detail: 'The key was revoked.' };
  expect(refusalOf(401, JSON.stringify(problem)).message).toBe(
    'No valid API key (401). The key was revoked.',
  );
});

test('an answer that is not from Herald is shown as it is', () => {
  expect(refusalOf(404, '<html>').message).toBe('The API answered 404: <html>');
  expect(refusalOf(404, 'null').message).toBe('The API answered 404: null');
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
  await expect(api.get('/v1/endpoints')).rejects.toThrow(ApiAway);
  await expect(api.get('/v1/endpoints')).rejects.toThrow(/http:\/\/127\.0\.0\.1:1 cannot be reached/);
});

test('a success that is not JSON is told as what it is: somebody else answers there', async () => {
  const api = connectApi({
    url: 'http://127.0.0.1:1',
    key: 'hk_x',
    fetcher: async () => new Response('<html>'),
  });
  await expect(api.get('/v1/endpoints')).rejects.toThrow(CommandFailure);
  await expect(api.get('/v1/endpoints')).rejects.toThrow("is not Herald's API: <html>");
});
