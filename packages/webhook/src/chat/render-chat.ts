import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Cause } from '@herald/domain/cause';
import type { Endpoint } from '@herald/domain/endpoint';
import { notRepresentable, type Rendered, renderedJson } from '../rendered.ts';
import { chatText } from './chat-text.ts';
import { slackMessage } from './slack-message.ts';
import { telegramMessage } from './telegram-message.ts';

/**
 * The message to a chat about an event. People see no header fields: what the cause means is in the text, and so is the
 * account where the installation's own bot writes, for that writes to any chat that it is in, for whoever asks.
 */
export function renderChat(
  event: PublicationEvent,
  { telegram, accountId }: Pick<Endpoint, 'telegram' | 'accountId'>,
  cause: Cause,
): Rendered {
  const isSharedBot = telegram !== undefined && telegram.sealedToken === undefined;
  const text = chatText(event, cause, isSharedBot ? accountId : undefined);
  if (!text) return notRepresentable(`event type ${event.event_type} is not known to this version`);
  return renderedJson(telegram ? telegramMessage(telegram.chatId, text) : slackMessage(text));
}
