import { endpointConfigOf } from '@herald/registry/endpoint-config';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client, RunningApi } from './running-api.ts';

const KEY = 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const TOKEN = `110201543:${KEY}`;
const SLACK_KEY = 'XXXXXXXXXXXXXXXXXXXXXXXX';
const SLACK = `http://127.0.0.1:9/services/T0/B0/${SLACK_KEY}`;

const chat = { project_id: 'p', kind: 'telegram', chat_id: '42', token: TOKEN };
const channel = { project_id: 'p', kind: 'slack', url: SLACK };

/** What the API does with endpoints of chats. Part of a file with a running API: each start of one takes seconds. */
export function describeChatEndpoints(opened: () => RunningApi): void {
  let api: RunningApi;
  let owner: Client;

  beforeAll(async () => {
    api = opened();
    owner = await api.client();
  });

  const create = (body: object) => owner.send('POST', '/v1/endpoints', body);

  function patch(endpointId: string, body: object) {
    return owner.send('PATCH', `/v1/endpoints/${endpointId}`, body, { 'if-match': '*' });
  }

  /** What of a created endpoint is for anybody to see: answers, the audit, the log, and what is on record. */
  async function shownOf(endpointId: string): Promise<string> {
    const { endpoint } = api.table.get(endpointId)!;
    const answers = [
      await owner.get(`/v1/endpoints/${endpointId}`),
      await owner.get('/v1/endpoints'),
      await patch(endpointId, { name: 'b' }),
      await owner.get('/v1/audit'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { telegram, slack } = endpointConfigOf(endpoint);
    const sealed = [telegram?.sealed_token, slack?.sealed_url].map((bytes) => bytes?.toString('latin1'));
    return JSON.stringify([answers.map(({ body }) => body), sealed]) + api.logged();
  }

  describe('an endpoint of Telegram', () => {
    it('has a chat and a bot, and nothing that only a webhook has; its token is not shown again', async () => {
      const { status, body } = await create(chat);
      expect(status).toBe(201);
      expect(body).toMatchObject({ kind: 'telegram', chat_id: '42', bot: 'own', rate_limit_per_second: 1 });
      for (const field of ['url', 'format', 'headers', 'secrets', 'secret', 'token']) {
        expect(body).not.toHaveProperty(field);
      }
      expect(JSON.stringify(body) + (await shownOf(body.endpoint_id))).not.toContain(KEY);
      const { endpoint } = api.table.get(body.endpoint_id)!;
      expect(api.sealing.open(endpoint.telegram!.sealedToken!, endpoint)).toEqual({
        ok: true,
        secret: TOKEN,
      });
    });

    it('needs a token where the installation has no bot, also to be left without one', async () => {
      const { token: _, ...without } = chat;
      const errors = [{ field: 'token', remedy: expect.stringContaining('@BotFather') }];
      expect(await create(without)).toMatchObject({ status: 400, body: { errors } });
      const { body } = await create(chat);
      expect(await patch(body.endpoint_id, { token: null })).toMatchObject({ status: 400, body: { errors } });
      expect((await patch(body.endpoint_id, { chat_id: '-7' })).body).toMatchObject({
        chat_id: '-7',
        bot: 'own',
      });
    });
  });

  describe('an endpoint of Slack', () => {
    it('shows its URL without the path, which is a credential, and goes where a change says', async () => {
      const { status, body } = await create(channel);
      expect(status).toBe(201);
      expect(body).toMatchObject({
        kind: 'slack',
        url: 'http://127.0.0.1:9/[redacted]',
        rate_limit_per_second: 1,
      });
      expect(JSON.stringify(body) + (await shownOf(body.endpoint_id))).not.toContain(SLACK_KEY);
      const { body: moved } = await patch(body.endpoint_id, { url: `http://127.0.0.1:7/${SLACK_KEY}` });
      expect(moved).toMatchObject({ url: 'http://127.0.0.1:7/[redacted]' });
      const { endpoint } = api.table.get(body.endpoint_id)!;
      const opened = api.sealing.open(endpoint.slack!.sealedUrl, endpoint);
      expect(opened).toEqual({ ok: true, secret: `http://127.0.0.1:7/${SLACK_KEY}` });
    });

    it('may not be where the guard lets nothing go, and is told so without its URL', async () => {
      const refused = await create({ ...channel, url: `https://10.1.2.3/${SLACK_KEY}` });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'url' }] } });
      expect(JSON.stringify(refused.body)).not.toContain(SLACK_KEY);
    });
  });

  it.each([
    [{ ...chat, url: SLACK }, 'url', undefined],
    [{ ...chat, format: 'cloudevents' }, 'format', '"cloudevents"'],
    [{ ...channel, chat_id: '42' }, 'chat_id', '"42"'],
    [{ ...channel, token: TOKEN }, 'token', undefined],
    [{ project_id: 'p', url: 'http://127.0.0.1:9/', token: TOKEN }, 'token', undefined],
  ])(
    'a field of another kind is refused with its value, but for a credential, and what to do: %#',
    async (...row) => {
      const [asked, field, value] = row;
      const { status, body } = await create(asked);
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        expect.objectContaining({
          field,
          remedy: expect.stringMatching(/^Leave it out, or use one of kind, /),
        }),
      ]);
      expect(body.errors[0].value).toBe(value);
      expect(JSON.stringify(body)).not.toContain(KEY);
    },
  );

  it.each([
    [chat, { url: 'http://127.0.0.1:9/' }, 'url'],
    [chat, { headers: { 'x-a': 'b' } }, 'headers'],
    [channel, { format: 'publication' }, 'format'],
    [channel, { token: TOKEN }, 'token'],
  ])(
    'a change of what its kind has not is refused, and nothing is changed: %#',
    async (given, change, field) => {
      const { body } = await create(given);
      const refused = await patch(body.endpoint_id, { name: 'changed', ...change });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
      expect(JSON.stringify(refused.body)).not.toContain(KEY);
      expect((await owner.get(`/v1/endpoints/${body.endpoint_id}`)).body).toMatchObject({ name: '' });
    },
  );

  it('a chat has no signing secret to rotate, and is told what it has', async () => {
    const { body } = await create(chat);
    const refused = await owner.send('POST', `/v1/endpoints/${body.endpoint_id}/rotate-secret`, {});
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:herald:problem:not_signed' } });
    expect(refused.body.detail).toContain('PATCH');
  });
}
