import type { ChatText } from './chat-text.ts';

/** Bot API, sendMessage: after the entities are parsed. Units are counted, which are never fewer than characters. */
export const MAX_TELEGRAM_TEXT_UNITS = 4_096;

/** The body of a `sendMessage`: HTML, and no preview of a link, which would be larger than the message. */
export function telegramMessage(chatId: string, text: ChatText): object {
  return {
    chat_id: chatId,
    text: telegramHtml(text),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  };
}

function telegramHtml({ headline, title, body, error, link, facts, aside }: ChatText): string {
  const parts = [
    [`<b>${escapeHtml(headline)}</b>`, title && `<b>${escapeHtml(title)}</b>`],
    [body && `<blockquote>${escapeHtml(body)}</blockquote>`],
    [error && `<b>Error:</b> ${escapeHtml(error)}`],
    facts.map(({ label, value }) => `<b>${escapeHtml(label)}:</b> ${escapeHtml(value)}`),
    [link && `<a href="${escapeHtml(link)}">Open the post</a>`],
    [aside && `<i>${escapeHtml(aside)}</i>`],
  ];
  return parts
    .map((lines) => lines.filter(Boolean).join('\n'))
    .filter(Boolean)
    .join('\n\n');
}

/** "HTML style": these three everywhere, and the quote within an attribute. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
