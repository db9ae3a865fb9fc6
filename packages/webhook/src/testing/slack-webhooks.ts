import { MAX_SLACK_BLOCKS, MAX_SLACK_HEADER_UNITS, MAX_SLACK_SECTION_UNITS } from '../chat/slack-message.ts';
import { type ServedAnswer, serveJson } from './json-server.ts';

/** What Slack says of the channel of a webhook. */
export type SlackState =
  | { kind: 'open' }
  | { kind: 'archived' | 'prohibited' | 'removed' }
  /** For so long from its next message on, whoever posts is told how many seconds are left. */
  | { kind: 'limited'; forMs: number };

/** A server that answers as Slack does to what is posted to an incoming webhook, on real HTTP. */
export interface SlackWebhooks {
  /** Without a path. */
  url: string;
  /** A new webhook: its whole URL. `key` is the last part of its path. */
  webhook(key: string): string;
  readonly messages: readonly { key: string; text: string; blocks: unknown[] }[];
  readonly requests: readonly { key: string; status: number; atMs: number }[];
  webhookIs(key: string, state: SlackState): void;
  close(): Promise<void>;
}

interface Text {
  type?: string;
  text?: string;
}

interface Block {
  type?: string;
  text?: Text;
  elements?: Text[];
}

const MAX_CONTEXT_ELEMENTS = 10;
const PREFIX = '/services/T00000000/B00000000/';

export async function startSlackWebhooks(): Promise<SlackWebhooks> {
  const states = new Map<string, SlackState>();
  const limitedUntilMs = new Map<SlackState, number>();
  const messages: { key: string; text: string; blocks: unknown[] }[] = [];
  const requests: { key: string; status: number; atMs: number }[] = [];
  const server = await serveJson((path, body) => {
    const atMs = Date.now();
    const key = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
    const answer = answerTo(key, body, atMs);
    requests.push({ key, status: answer.status, atMs });
    return answer;
  });

  return {
    url: server.url,
    webhook(key) {
      states.set(key, { kind: 'open' });
      return server.url + PREFIX + key;
    },
    messages,
    requests,
    webhookIs: (key, state) => states.set(key, state),
    close: server.close,
  };

  function answerTo(key: string, body: string, atMs: number): ServedAnswer {
    const state = states.get(key);
    if (!state || state.kind === 'removed') return { status: 404, body: 'no_service' };
    if (state.kind === 'archived') return { status: 410, body: 'channel_is_archived' };
    if (state.kind === 'prohibited') return { status: 403, body: 'action_prohibited' };
    if (state.kind === 'limited') {
      const untilMs = limitedUntilMs.getOrInsert(state, atMs + state.forMs);
      const seconds = Math.ceil((untilMs - atMs) / 1_000);
      if (seconds > 0) {
        return { status: 429, headers: { 'retry-after': String(seconds) }, body: 'rate_limited' };
      }
    }
    const message = parsed(body);
    if (!message) return { status: 400, body: 'invalid_payload' };
    const { text, blocks = [] } = message;
    if (!text && blocks.length === 0) return { status: 400, body: 'no_text' };
    if (blocks.length > MAX_SLACK_BLOCKS || !blocks.every(isValid)) {
      return { status: 400, body: 'invalid_blocks' };
    }
    messages.push({ key, text: text ?? '', blocks });
    return { status: 200, body: 'ok' };
  }
}

function parsed(body: string): { text?: string; blocks?: Block[] } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isValid({ type, text, elements }: Block): boolean {
  switch (type) {
    case 'header':
      return text?.type === 'plain_text' && isFilled(text, MAX_SLACK_HEADER_UNITS);
    case 'section':
      return text !== undefined && isFilled(text, MAX_SLACK_SECTION_UNITS);
    case 'context':
      return (
        elements !== undefined &&
        elements.length > 0 &&
        elements.length <= MAX_CONTEXT_ELEMENTS &&
        elements.every((each) => isFilled(each, MAX_SLACK_SECTION_UNITS))
      );
    default:
      return false;
  }
}

function isFilled({ text = '' }: Text, maxUnits: number): boolean {
  return text.length > 0 && text.length <= maxUnits;
}
