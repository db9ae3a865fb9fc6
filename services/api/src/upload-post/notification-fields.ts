import { MAX_URL_CHARS } from '@herald/webhook/url';
import { z } from 'zod';
import { chatId } from '../endpoints/chat-fields.ts';
import { text } from '../http/fields.ts';

/**
 * Upload notifications on the wire, as the Upload-Post API has them. Clients of it send what they know of it: fields
 * that are not known here are left aside, and an empty text or null counts as left out.
 */

const on = (what: string) =>
  z
    .boolean({ error: 'it is neither true nor false' })
    .nullish()
    .meta({
      description: `whether uploads are told by ${what}: true or false; left out, it stays`,
      examples: [true],
    });

const webhookUrl = text(MAX_URL_CHARS)
  .nullish()
  .meta({
    description: `the https URL to POST to, at most ${MAX_URL_CHARS} characters; left out or empty, it stays`,
    examples: ['https://example.com/hooks'],
  });

const telegramChatId = z
  .union([chatId, z.int().transform(String).pipe(chatId), z.literal('')], {
    error: 'it is neither the number of a chat nor the @name of a public channel',
  })
  .nullish()
  .meta({
    description: 'the number of a chat, or the @name of a public channel; left out or empty, it stays',
    examples: ['123456789'],
  });

export const askedNotifications = z
  .object({
    channels: z
      .object({ webhook: on('webhook'), telegram: on('Telegram') }, { error: 'it is no JSON object' })
      .nullish()
      .meta({
        description: 'an object with webhook and telegram, each true or false',
        examples: [{ webhook: true, telegram: false }],
      }),
    webhook_url: webhookUrl,
    telegram_chat_id: telegramChatId,
  })
  .meta({
    description: 'a JSON object with what is to change of channels, webhook_url and telegram_chat_id',
  });

export const notificationsView = z
  .object({
    success: z.literal(true),
    notifications: z.object({
      channels: z.object({ webhook: z.boolean(), telegram: z.boolean() }),
      webhook_url: z.string().meta({ description: 'empty where none was ever set' }),
      telegram_chat_id: z.string().meta({ description: 'empty where none was ever set' }),
    }),
  })
  .meta({ id: 'UploadNotifications' });
