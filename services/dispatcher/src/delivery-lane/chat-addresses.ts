import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Sealing } from '@herald/registry/sealing';
import { type ChatAddress, slackAddress, telegramAddress } from '@herald/webhook/chat/chat-address';
import { LRUCache } from 'lru-cache';

export type ChatAddressing =
  | { kind: 'address'; address: ChatAddress }
  | { kind: 'unreadable'; detail: string };

export interface TelegramSettings {
  /** Without a slash at its end. */
  apiUrl: string;
  /** Of the installation's own bot, for endpoints without a token. */
  botToken: string | undefined;
}

/** As many endpoints as one dispatcher is built for. */
const MAX_ENDPOINTS = 10_000;

/** Where the chats of endpoints are written to, opened once a revision. */
export function createChatAddresses(
  sealing: Pick<Sealing, 'open'>,
  telegram: TelegramSettings,
): (configured: ConfiguredEndpoint) => ChatAddressing {
  const cache = new LRUCache<string, { revision: number; addressing: ChatAddressing }>({
    max: MAX_ENDPOINTS,
  });
  return (configured) => {
    const { endpoint, revision } = configured;
    const cached = cache.get(endpoint.id);
    if (cached?.revision === revision) return cached.addressing;
    const addressing = addressOf(configured, sealing, telegram);
    cache.set(endpoint.id, { revision, addressing });
    return addressing;
  };
}

function addressOf(
  { endpoint }: ConfiguredEndpoint,
  sealing: Pick<Sealing, 'open'>,
  { apiUrl, botToken }: TelegramSettings,
): ChatAddressing {
  const sealed = endpoint.slack?.sealedUrl ?? endpoint.telegram?.sealedToken;
  if (!sealed) {
    if (botToken !== undefined) return { kind: 'address', address: telegramAddress(apiUrl, botToken) };
    const detail = 'the endpoint has no bot token of its own, and HERALD_TELEGRAM_BOT_TOKEN is not set';
    return { kind: 'unreadable', detail };
  }
  const opened = sealing.open(sealed, endpoint);
  if (!opened.ok) {
    return { kind: 'unreadable', detail: `${endpoint.slack ? 'URL' : 'bot token'}: ${opened.detail}` };
  }
  const address = endpoint.slack ? slackAddress(opened.secret) : telegramAddress(apiUrl, opened.secret);
  return { kind: 'address', address };
}
