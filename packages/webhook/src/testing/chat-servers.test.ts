import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BotApi, startBotApi } from './bot-api.ts';
import { type SlackWebhooks, startSlackWebhooks } from './slack-webhooks.ts';

const TOKEN = `1:${'a'.repeat(35)}`;
let bots: BotApi;
let slack: SlackWebhooks;

beforeAll(async () => {
  bots = await startBotApi([TOKEN]);
  slack = await startSlackWebhooks();
  bots.chatIs('1', { kind: 'open' });
  bots.chatIs('2', { kind: 'migrated', to: -1002 });
  bots.chatIs('3', { kind: 'flooded', forMs: 60_000 });
});
afterAll(() => Promise.all([bots.close(), slack.close()]));

async function post(url: string, body: unknown) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.text() };
}

const message = (fields: object, token = TOKEN) =>
  post(`${bots.url}/bot${token}/sendMessage`, { chat_id: '1', parse_mode: 'HTML', text: 'hi', ...fields });

it.each([
  [{ text: '<b>ä</b>' }, 200, '"text":"\\u00e4"'],
  [{ text: '<b>open' }, 400, "can't parse entities"],
  [{ text: '1 < 2' }, 400, "can't parse entities"],
  [{ text: 'a & b' }, 400, "can't parse entities"],
  [{ text: '<script>x</script>' }, 400, "can't parse entities"],
  [{ text: '<b></b>' }, 400, 'message text is empty'],
  [{ text: `<b>${'&lt;'.repeat(4_096)}</b>` }, 200, '"ok":true'],
  [{ text: 'x'.repeat(4_097) }, 400, 'message is too long'],
  [{ chat_id: '9' }, 400, 'chat not found'],
  [{ chat_id: '2' }, 400, '"migrate_to_chat_id":-1002'],
  [{ chat_id: '3' }, 429, '"retry_after":60'],
])('the Bot API answers as it documents: case %#', async (fields, status, text) => {
  const answer = await message(fields);
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(text);
});

it('the Bot API knows its bots', async () => {
  expect((await message({}, `2:${'b'.repeat(35)}`)).status).toBe(401);
  expect((await message({}, 'nonsense')).status).toBe(404);
});

it.each([
  [{ text: 'hi' }, 200, 'ok'],
  ['text', 400, 'invalid_payload'],
  [{}, 400, 'no_text'],
  [{ blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }, 400, 'invalid_blocks'],
  [
    { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }] },
    400,
    'invalid_blocks',
  ],
  [{ blocks: Array(51).fill({ type: 'section', text: { text: 'x' } }) }, 400, 'invalid_blocks'],
])('an incoming webhook answers as it documents: case %#', async (body, status, text) => {
  expect(await post(slack.webhook('key'), body)).toEqual({ status, body: text });
});

it('an incoming webhook that is not there says so', async () => {
  expect(await post(`${slack.url}/services/T00000000/B00000000/none`, {})).toEqual({
    status: 404,
    body: 'no_service',
  });
});
