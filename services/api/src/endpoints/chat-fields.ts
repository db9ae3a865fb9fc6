import { BOT_TOKEN } from '@herald/webhook/chat/bot-token';
import { MAX_URL_CHARS } from '@herald/webhook/url';
import { z } from 'zod';
import { text } from '../http/fields.ts';

/** What endpoints of Telegram and Slack have on the wire that a webhook has not. */

/** Ids have at most 52 significant bits, names 4 to 32 characters. Classes by name mean more elsewhere than here. */
const CHAT_ID = /^(?:-?[1-9][0-9]{0,15}|@[A-Za-z][A-Za-z0-9_]{3,31})$/;

export const chatId = z
  .string({ error: 'it is not a text' })
  .regex(CHAT_ID, 'it is neither the number of a chat nor the @name of a public channel')
  .meta({
    description: 'the number of a chat (groups and channels have a minus), or the @name of a public channel',
    examples: ['-1001234567890'],
  });

export const botToken = z
  .string({ error: 'it is not a text' })
  .regex(BOT_TOKEN, 'it is not of the form that Telegram gives tokens')
  .nullable()
  .meta({
    description:
      'the token of your bot as @BotFather gave it, never shown again; null for the bot of this installation',
    writeOnly: true,
  });

export const slackUrl = text(MAX_URL_CHARS)
  .min(1, 'it is empty')
  .meta({
    description: `the URL of an incoming webhook, at most ${MAX_URL_CHARS} characters; never shown again, for it is all that is needed to post`,
    writeOnly: true,
  });
