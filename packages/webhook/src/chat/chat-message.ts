import type { Endpoint } from '@herald/domain/endpoint';
import type { Reading } from '@herald/domain/reading';
import type { Message } from '../message.ts';
import type { Rendered } from '../rendered.ts';
import type { ChatAddress } from './chat-address.ts';
import { readSlack } from './read-slack.ts';
import { readTelegram } from './read-telegram.ts';

export interface ChatMessageParts {
  endpoint: Pick<Endpoint, 'timeoutMs' | 'telegram'>;
  address: ChatAddress;
  rendered: Extract<Rendered, { kind: 'rendered' }>;
  /** Herald's, for the user agent. */
  version: string;
}

/** The request that writes to a chat. Nobody there reads header fields or signatures, so it has none of Herald's. */
export function assembleChatMessage({ endpoint, address, rendered, version }: ChatMessageParts): Message {
  const headers = { 'content-type': rendered.contentType, 'user-agent': `Herald/${version}` };
  return {
    request: { url: address.url, headers, body: rendered.body, timeoutMs: endpoint.timeoutMs },
    recordedUrl: address.recordedUrl,
    recordedHeaders: headers,
    credentials: address.credentials,
    read: readerOf(endpoint),
  };
}

function readerOf({ telegram }: Pick<Endpoint, 'telegram'>): Message['read'] {
  if (!telegram) return readSlack;
  const isOwnBot = telegram.sealedToken !== undefined;
  return (outcome, nowMs): Reading => readTelegram(outcome, nowMs, { isOwnBot });
}
