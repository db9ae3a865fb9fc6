import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

const PATH = '/api/uploadposts/users/notifications';
const HOOK = 'http://127.0.0.1:9/hook';
const NOTHING = { channels: { webhook: false, telegram: false }, webhook_url: '', telegram_chat_id: '' };

let api: RunningApi;

beforeAll(async () => {
  api = await startApi(inject('stack'), { hasTelegramBot: true });
});

afterAll(() => api.stop());

/** As clients of the Upload-Post API ask; the answer byte by byte. */
async function ask(client: Client, body?: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(api.url + PATH, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Apikey ${client.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

async function notificationsOf(client: Client): Promise<unknown> {
  return JSON.parse((await ask(client)).text).notifications;
}

async function endpointsOf(client: Client) {
  const { body } = await client.get('/v1/endpoints?project_id=*');
  return body.items as { endpoint_id: string; kind: string; state: string; name: string; revision: number }[];
}

it('a client of the Upload-Post API is answered to the letter', async () => {
  const client = await api.client('write');
  const before = await ask(client);
  expect(before).toEqual({
    status: 200,
    text: '{"success":true,"notifications":{"channels":{"webhook":false,"telegram":false},"webhook_url":"","telegram_chat_id":""}}',
  });
  const after = {
    status: 200,
    text: '{"success":true,"notifications":{"channels":{"webhook":true,"telegram":false},"webhook_url":"http://127.0.0.1:9/hook","telegram_chat_id":"123456789"}}',
  };
  const asked = {
    channels: { webhook: true, telegram: false },
    webhook_url: HOOK,
    telegram_chat_id: '123456789',
  };
  expect(await ask(client, asked)).toEqual(after);
  expect(await ask(client)).toEqual(after);
});

it('its channels are endpoints of all projects, which the API shows and changes like any other', async () => {
  const client = await api.client('write');
  await ask(client, { channels: { webhook: true, telegram: true }, webhook_url: HOOK, telegram_chat_id: 77 });
  expect(await endpointsOf(client)).toMatchObject([
    expect.objectContaining({ kind: expect.any(String) }),
    expect.objectContaining({ kind: expect.any(String) }),
  ]);
  const ofKind = async (kind: string) => (await endpointsOf(client)).find((each) => each.kind === kind)!;
  const subscription = {
    channel_ids: [],
    event_types: ['publication.published', 'publication.failed'],
    filter: null,
  };
  const webhook = await ofKind('webhook');
  expect(webhook).toMatchObject({
    project_id: '*',
    url: HOOK,
    format: 'upload-post',
    state: 'active',
    subscription,
  });
  expect(await ofKind('telegram')).toMatchObject({
    project_id: '*',
    chat_id: '77',
    bot: 'installation',
    subscription,
  });

  const slower = { name: 'Mine', max_concurrency: 1 };
  const path = `/v1/endpoints/${webhook.endpoint_id}`;
  expect((await client.send('PATCH', path, slower, { 'if-match': '*' })).status).toBe(200);
  await ask(client, { channels: { webhook: false } });
  expect(await ofKind('webhook')).toMatchObject({ state: 'off', status: { state: 'held', reason: 'off' } });
  await ask(client, { channels: { webhook: true } });
  expect(await ofKind('webhook')).toMatchObject({ ...slower, url: HOOK, state: 'active' });
});

it('what a request leaves out stays, and what it says twice is written once', async () => {
  const client = await api.client('write');
  await ask(client, { webhook_url: HOOK });
  expect(await notificationsOf(client)).toEqual({ ...NOTHING, webhook_url: HOOK });
  await ask(client, { channels: { webhook: true } });
  await ask(client, { telegram_chat_id: '@uploads' });
  await ask(client, { channels: { telegram: true }, webhook_url: '', telegram_chat_id: null });
  const all = {
    channels: { webhook: true, telegram: true },
    webhook_url: HOOK,
    telegram_chat_id: '@uploads',
  };
  expect(await notificationsOf(client)).toEqual(all);
  const written = (await endpointsOf(client)).map(({ revision }) => revision);
  await ask(client, { ...all, webhook_events: { upload_completed: true } });
  await ask(client, {});
  expect((await endpointsOf(client)).map(({ revision }) => revision)).toEqual(written);
  await ask(client, { channels: { webhook: false, telegram: false } });
  expect(await notificationsOf(client)).toEqual({ ...all, channels: NOTHING.channels });
});

it('requests at the same time agree on one endpoint', async () => {
  const client = await api.client('write');
  const body = { channels: { webhook: true }, webhook_url: HOOK };
  const answers = await Promise.all([0, 1, 2, 3].map(() => ask(client, body)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await endpointsOf(client)).toHaveLength(1);
});

describe('a request that is refused', () => {
  it.each<[string, unknown, string[]]>([
    ['the webhook on, and no URL', { channels: { webhook: true } }, ['webhook_url']],
    ['Telegram on, and no chat', { channels: { telegram: true } }, ['telegram_chat_id']],
    ['both at once', { channels: { webhook: true, telegram: true } }, ['webhook_url', 'telegram_chat_id']],
    [
      'a URL that the guard refuses',
      { channels: { webhook: true }, webhook_url: 'http://inside.example/' },
      ['webhook_url'],
    ],
    ['no URL at all', { webhook_url: 'hook' }, ['webhook_url']],
    ['a chat that there cannot be', { telegram_chat_id: 'my chat' }, ['telegram_chat_id']],
    ['texts for booleans', { channels: { webhook: 'true' }, webhook_url: HOOK }, ['channels.webhook']],
    ['a list', { channels: [] }, ['channels']],
    ['no object', 'hello', ['']],
  ])('for %s names the field, and is one that its clients can show', async (_, body, fields) => {
    const client = await api.client('write');
    const { status, text } = await ask(client, body);
    const problem = JSON.parse(text);
    expect({ status, problem }).toMatchObject({
      status: 400,
      problem: { success: false, message: problem.detail, type: 'urn:herald:problem:invalid_request' },
    });
    expect(problem.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
    expect(await notificationsOf(client)).toEqual(NOTHING);
  });

  it('says so in the same way, whatever refuses it', async () => {
    const reader = await api.client('read');
    expect(JSON.parse((await ask(reader, {})).text)).toMatchObject({ success: false, status: 403 });
    const nobody = { ...reader, key: 'hk_nobody' };
    expect(JSON.parse((await ask(nobody)).text)).toMatchObject({
      success: false,
      status: 401,
      message: expect.stringMatching(/./),
    });
    const malformed = await reader.send('DELETE', PATH);
    expect(malformed).toMatchObject({ status: 405, body: { success: false } });
    expect((await reader.get('/v1/nothing')).body).not.toHaveProperty('success');
  });
});
