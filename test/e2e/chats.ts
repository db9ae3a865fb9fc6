import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@herald/testkit/eventually';
import type { Herald, HeraldOptions, TestAccount } from '@herald/testkit/herald';
import { type BotApi, startBotApi } from '@herald/webhook/testing/bot-api';
import { type SlackWebhooks, startSlackWebhooks } from '@herald/webhook/testing/slack-webhooks';
import { beforeAll, describe, expect, test } from 'vitest';
import { publishByHttp } from './publishing.ts';

/** Telegram and Slack through all of Herald, against servers that answer as theirs do. Part of a file with a Herald. */

const OWN_KEY = 'AAown0000000000000000000000000000000';
const OWN_TOKEN = `111:${OWN_KEY}`;
const INSTALLATION_KEY = 'AAinstallation0000000000000000000000';
const SLACK_KEY = 'XXXslack0000000000000000';
const CREDENTIALS = [OWN_KEY, INSTALLATION_KEY, SLACK_KEY];
/** Above the 5 s of the first retry, so that waiting for it is no accident. */
const FLOOD_MS = 7_000;

interface Moment {
  attempt_number: number;
  verdict: string;
  reason: string | null;
  error_message: string | null;
  request: { url: string; body: string } | null;
  response: { status: number; body: string } | null;
}

const post = (title: string) => ({
  content: { media_type: 'photo', title, caption: 'Über alles: <b>&</b> 😀' },
});

export interface ChatServers {
  bots: BotApi;
  slack: SlackWebhooks;
  /** What a Herald needs to write to them. */
  options: HeraldOptions & { logDir: string };
  close(): Promise<void>;
}

export async function openChatServers(): Promise<ChatServers> {
  const bots = await startBotApi([OWN_TOKEN, `222:${INSTALLATION_KEY}`]);
  const slack = await startSlackWebhooks();
  const logDir = mkdtempSync(join(tmpdir(), 'herald-chats-'));
  const env = {
    HERALD_TELEGRAM_API_URL: bots.url,
    HERALD_TELEGRAM_BOT_TOKEN: `222:${INSTALLATION_KEY}`,
    HERALD_LOGGER_FLUSH_MS: '100',
  };
  return {
    bots,
    slack,
    options: { envOf: () => env, logDir },
    async close() {
      await Promise.all([bots.close(), slack.close()]);
      rmSync(logDir, { recursive: true, force: true });
    },
  };
}

export function describeChats(opened: () => { herald: Herald; chats: ChatServers }): void {
  let herald: Herald;
  let bots: BotApi;
  let slack: SlackWebhooks;
  let logDir: string;
  let account: TestAccount;

  beforeAll(async () => {
    herald = opened().herald;
    ({
      bots,
      slack,
      options: { logDir },
    } = opened().chats);
    account = await herald.openAccount();
  });

  /** In a project of its own, so that it gets what its test publishes and nothing else. */
  async function chatOf(fields: object): Promise<{ endpointId: string; project_id: string }> {
    const project_id = `project-${randomUUID()}`;
    const { endpointId } = await account.addEndpoint({ project_id, ...fields });
    return { endpointId, project_id };
  }

  /** What the API has of the only delivery of an endpoint, when it is in that state. */
  function historyOf(endpointId: string, state: string): Promise<Moment[]> {
    return eventually(async () => {
      const { items } = await account
        .api()
        .get<{ items: { delivery_id: string; state: string }[] }>(`/v1/deliveries?endpoint_id=${endpointId}`);
      expect(items).toMatchObject([{ state }]);
      const { history } = await account
        .api()
        .get<{ history: Moment[] }>(`/v1/deliveries/${items[0]!.delivery_id}`);
      return history.filter(({ request }) => request);
    });
  }

  describe.concurrent('a message to a chat', () => {
    test('a chat of Telegram and a channel of Slack get a message that people can read, and history has it', async () => {
      bots.chatIs('42', { kind: 'open' });
      const telegram = await chatOf({ kind: 'telegram', chat_id: '42', token: OWN_TOKEN });
      const { project_id } = telegram;
      const channel = await chatOf({ kind: 'slack', url: slack.webhook(SLACK_KEY), project_id });
      await publishByHttp(herald, account, { project_id, ...post('Spring') });

      const [sent] = await historyOf(telegram.endpointId, 'delivered');
      const [read, ...others] = bots.messages.filter(({ chatId }) => chatId === '42');
      expect(others).toEqual([]);
      expect(read!.token).toBe(OWN_TOKEN);
      expect(read!.text).toMatch(/^✅ Published on instagram\nSpring\n\nÜber alles: <b>&<\/b> 😀\n/);
      expect(sent).toMatchObject({
        request: {
          url: `${bots.url}/bot[redacted]/sendMessage`,
          body: expect.stringContaining('"chat_id":"42"'),
        },
        response: { status: 200 },
        verdict: 'delivered',
      });

      const [posted] = await historyOf(channel.endpointId, 'delivered');
      const posts = slack.messages.filter(({ key }) => key === SLACK_KEY);
      expect(posts).toMatchObject([{ text: '✅ Published on instagram: Spring' }]);
      expect(posted).toMatchObject({
        request: { url: `${slack.url}/[redacted]` },
        response: { status: 200, body: 'ok' },
      });
    });

    test('what is too much for a chat is tried again when it said, not earlier, and history has both attempts', async () => {
      bots.chatIs('-43', { kind: 'flooded', forMs: FLOOD_MS });
      const url = slack.webhook('limited0');
      slack.webhookIs('limited0', { kind: 'limited', forMs: FLOOD_MS });
      const telegram = await chatOf({ kind: 'telegram', chat_id: '-43' });
      const { project_id } = telegram;
      const channel = await chatOf({ kind: 'slack', url, project_id });
      await publishByHttp(herald, account, { project_id, ...post('Flood') });

      const seen = [
        ...(await historyOf(telegram.endpointId, 'delivered')),
        ...(await historyOf(channel.endpointId, 'delivered')),
      ];
      expect(seen.map(({ response, reason }) => [response?.status, reason])).toEqual([
        [429, 'retry_after'],
        [200, null],
        [429, 'retry_after'],
        [200, null],
      ]);
      expect(seen[0]?.error_message).toMatch(/^429 Too Many Requests: retry after \d$/);
      expect(bots.requests.filter(({ chatId }) => chatId === '-43').map(({ status }) => status)).toEqual([
        429, 200,
      ]);
      expect(slack.requests.filter(({ key }) => key === 'limited0').map(({ status }) => status)).toEqual([
        429, 200,
      ]);
    });

    test('a chat that its bot is shut out of is held with the reason, its owner is told, and nothing is lost', async () => {
      bots.chatIs('44', { kind: 'blocked' });
      bots.chatIs('45', { kind: 'open' });
      const blocked = await chatOf({ kind: 'telegram', chat_id: '44', name: 'Ana' });
      const { project_id, endpointId } = blocked;
      const subscription = { event_types: ['endpoint.disabled'] };
      await chatOf({ kind: 'telegram', chat_id: '45', project_id, subscription });
      await publishByHttp(herald, account, { project_id, ...post('Held') });

      const [attempt] = await historyOf(endpointId, 'held');
      expect(attempt).toMatchObject({
        verdict: 'hold',
        reason: 'blocked',
        error_message: '403 Forbidden: bot was blocked by the user',
      });
      await eventually(async () => {
        const endpoint = await account.api().get(`/v1/endpoints/${endpointId}`);
        expect(endpoint).toMatchObject({ status: { state: 'held', reason: 'blocked' }, bot: 'installation' });
        const told = bots.messages.filter(({ chatId }) => chatId === '45');
        expect(told).toMatchObject([{ token: `222:${INSTALLATION_KEY}` }]);
        expect(told[0]!.text).toMatch(
          /Endpoint was disabled: Ana[\s\S]*403 Forbidden: bot was blocked by the user/,
        );
      });

      bots.chatIs('44', { kind: 'open' });
      await account.api().post(`/v1/endpoints/${endpointId}/enable`, {});
      await historyOf(endpointId, 'delivered');
      expect(bots.messages.filter(({ chatId }) => chatId === '44')).toHaveLength(1);
    });

    test('what a proxy repeats of the address goes on record without the token', async () => {
      bots.chatIs('46', { kind: 'proxied' });
      const { endpointId, project_id } = await chatOf({ kind: 'telegram', chat_id: '46', token: OWN_TOKEN });
      await publishByHttp(herald, account, { project_id, ...post('Proxied') });
      const [attempt] = await historyOf(endpointId, 'waiting');
      expect(attempt).toMatchObject({ verdict: 'retry', response: { status: 502 } });
      expect(attempt!.response!.body).toContain('POST /bot[redacted]/sendMessage');
    });
  });

  test('a chat can be added by the command line, its token on standard input, and then tested', async () => {
    const cli = join(import.meta.dirname, '..', '..', 'services', 'cli', 'src', 'main.ts');
    const args = [
      'endpoints',
      'add',
      '--project',
      'p',
      '--kind',
      'telegram',
      '--chat-id',
      '47',
      '--token',
      '-',
    ];
    const env = {
      PATH: process.env.PATH,
      HERALD_API_URL: herald.services.addresses('api').apiUrl,
      HERALD_API_KEY: account.apiKey,
    };
    const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--json'], {
      input: `${OWN_TOKEN}\n`,
      env,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'telegram', chat_id: '47', bot: 'own' });
    expect(stdout + stderr).not.toContain(OWN_KEY);

    bots.chatIs('47', { kind: 'open' });
    await account.api().post(`/v1/endpoints/${JSON.parse(stdout).endpoint_id}/test`, {});
    const tests = bots.messages.filter(({ chatId }) => chatId === '47');
    expect(tests).toMatchObject([{ token: OWN_TOKEN, text: expect.stringContaining('This is a test') }]);
  });

  test('no credential of a chat is in the history, in an answer, in a log or in a metric', async () => {
    const { stack, services } = herald;
    const rows = async (query: string) => {
      const response = await fetch(`${stack.clickhouseUrl}/?database=${stack.clickhouseDatabase}`, {
        method: 'POST',
        body: query,
      });
      expect(response.status).toBe(200);
      return response.text();
    };
    const tables = (await rows('SHOW TABLES')).trim().split('\n');
    const places = new Map<string, string>();
    for (const table of tables)
      places.set(table, await rows(`SELECT * FROM \`${table}\` FORMAT JSONEachRow`));
    for (const service of ['api', 'dispatcher', 'logger', 'producer']) {
      const { adminUrl } = services.addresses(service);
      places.set(`${service} metrics`, await (await fetch(`${adminUrl}/metrics`)).text());
    }
    for (const file of readdirSync(logDir)) places.set(file, readFileSync(join(logDir, file), 'utf8'));
    places.set('endpoints', JSON.stringify(await account.api().get('/v1/endpoints')));
    places.set('audit', JSON.stringify(await account.api().get('/v1/audit')));

    expect(places.get('attempts')).toContain('bot[redacted]');
    expect(places.get('dispatcher.log')).toContain('bot[redacted]');
    for (const [place, text] of places) {
      for (const credential of CREDENTIALS)
        expect(text.includes(credential), `${credential} in ${place}`).toBe(false);
    }
  });
}
