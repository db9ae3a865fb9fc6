import { MAX_TELEGRAM_TEXT_UNITS } from '../chat/telegram-message.ts';
import { type ServedAnswer, serveJson } from './json-server.ts';
import { parseTelegramHtml } from './telegram-html.ts';

/** What the Bot API says of a chat. */
export type ChatState =
  | { kind: 'open' }
  | { kind: 'blocked' | 'deactivated' | 'read_only' }
  | { kind: 'migrated'; to: number }
  /** A proxy in between complains, and repeats what it was asked. */
  | { kind: 'proxied' }
  /** For so long from its next message on, whoever writes is told how many seconds are left. */
  | { kind: 'flooded'; forMs: number };

export interface SentMessage {
  token: string;
  chatId: string;
  /** What is seen of it. */
  text: string;
}

/** A server that answers `sendMessage` as the Bot API does, errors included, on real HTTP. */
export interface BotApi {
  url: string;
  /** Messages that are in their chats. */
  readonly messages: readonly SentMessage[];
  /** Everything that was asked, with what it was answered. */
  readonly requests: readonly { chatId: string; status: number; atMs: number }[];
  /** A chat that nothing was said of does not exist. */
  chatIs(chatId: string, state: ChatState): void;
  close(): Promise<void>;
}

const TOKEN_FORM = /^\d+:[\w-]{30,}$/;

/** @param tokens of the bots that there are */
export async function startBotApi(tokens: readonly string[]): Promise<BotApi> {
  const chats = new Map<string, ChatState>();
  const floodedUntilMs = new Map<ChatState, number>();
  const messages: SentMessage[] = [];
  const requests: { chatId: string; status: number; atMs: number }[] = [];
  const server = await serveJson((path, body) => {
    const atMs = Date.now();
    const asked = parsed(body);
    const chatId = String(asked.chat_id ?? '');
    const answer = answerTo(path, asked, chatId, atMs);
    requests.push({ chatId, status: answer.status, atMs });
    return answer;
  });

  return {
    url: server.url,
    messages,
    requests,
    chatIs: (chatId, state) => chats.set(chatId, state),
    close: server.close,
  };

  function answerTo(path: string, asked: Asked, chatId: string, atMs: number): ServedAnswer {
    const [, token = '', method] = /^\/bot([^/]*)\/(\w+)$/.exec(path) ?? [];
    if (!TOKEN_FORM.test(token)) return refused(404, 'Not Found');
    if (!tokens.includes(token)) return refused(401, 'Unauthorized');
    if (method !== 'sendMessage') return refused(404, 'Not Found: method not found');
    if (chatId === '') return refused(400, 'Bad Request: chat_id is empty');
    const state = chats.get(chatId);
    if (!state) return refused(400, 'Bad Request: chat not found');
    if (state.kind === 'proxied') return repeated(path);
    return flooded(state, atMs) ?? refusedBy(state) ?? sent(token, chatId, asked, atMs);
  }

  function flooded(state: ChatState, atMs: number): ServedAnswer | undefined {
    if (state.kind !== 'flooded') return undefined;
    const untilMs = floodedUntilMs.getOrInsert(state, atMs + state.forMs);
    const retryAfter = Math.ceil((untilMs - atMs) / 1_000);
    if (retryAfter <= 0) return undefined;
    return refused(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
  }

  function sent(token: string, chatId: string, asked: Asked, atMs: number): ServedAnswer {
    const given = String(asked.text ?? '');
    const read = asked.parse_mode === 'HTML' ? parseTelegramHtml(given) : { ok: true as const, text: given };
    if (!read.ok) return refused(400, read.description);
    const text = read.text.trim();
    if (text === '') return refused(400, 'Bad Request: message text is empty');
    if (text.length > MAX_TELEGRAM_TEXT_UNITS) return refused(400, 'Bad Request: message is too long');
    messages.push({ token, chatId, text });
    const date = Math.floor(atMs / 1_000);
    const message = { message_id: messages.length, chat: { id: Number(chatId) || chatId }, date, text };
    return { status: 200, headers: JSON_TYPE, body: asciiJson({ ok: true, result: message }) };
  }
}

interface Asked {
  chat_id?: unknown;
  text?: unknown;
  parse_mode?: unknown;
}

function parsed(body: string): Asked {
  try {
    return JSON.parse(body) as Asked;
  } catch {
    return {};
  }
}

function repeated(path: string): ServedAnswer {
  const location = `https://elsewhere.example${path}`;
  return {
    status: 502,
    headers: { location },
    body: `<html>502: POST ${path} (${encodeURI(location)})</html>`,
  };
}

function refusedBy(state: Exclude<ChatState, { kind: 'proxied' }>): ServedAnswer | undefined {
  switch (state.kind) {
    case 'open':
    case 'flooded':
      return undefined;
    case 'blocked':
      return refused(403, 'Forbidden: bot was blocked by the user');
    case 'deactivated':
      return refused(403, 'Forbidden: user is deactivated');
    case 'read_only':
      return refused(400, 'Bad Request: not enough rights to send text messages to the chat');
    case 'migrated':
      return refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: state.to,
      });
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

function refused(error_code: number, description: string, parameters?: object): ServedAnswer {
  const body = asciiJson({ ok: false, error_code, description, ...(parameters && { parameters }) });
  return { status: error_code, headers: JSON_TYPE, body };
}

/** As the Bot API writes it: six bytes for each letter that is not of ASCII. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
