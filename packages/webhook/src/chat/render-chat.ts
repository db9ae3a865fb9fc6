import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Cause } from '@herald/domain/cause';
import type { Endpoint } from '@herald/domain/endpoint';
import { notRepresentable, type Rendered, renderedJson } from '../rendered.ts';
import { chatText } from './chat-text.ts';
import { slackMessage } from './slack-message.ts';
import { telegramMessage } from './telegram-message.ts';

/** The message to a chat about an event. People see no header fields: what the cause means is in the text. */
export function renderChat(
  event: PublicationEvent,
  { telegram }: Pick<Endpoint, 'telegram'>,
  cause: Cause,
): Rendered {
  const text = chatText(event, cause);
  if (!text) return notRepresentable(`event type ${event.event_type} is not known to this version`);
  return renderedJson(telegram ? telegramMessage(telegram.chatId, text) : slackMessage(text));
}
