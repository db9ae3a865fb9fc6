import { credentialForms, isDistinct } from '../credential-forms.ts';
import { REDACTED } from '../redaction.ts';

/** Segments that say what kind of address it is: Slack's, and those of servers that take messages as Slack does. */
const PLAIN_SEGMENTS = new Set(['services', 'webhooks', 'workflows', 'triggers']);

/** Where the messages of a chat are posted to, and what of it nobody may read. */
export interface ChatAddress {
  url: string;
  /** The URL as history has it. */
  recordedUrl: string;
  /** Parts of the URL that let whoever has them write to the chat, in each way of writing them, the longest first. */
  credentials: readonly string[];
}

/** `apiUrl` is without a slash at its end, `token` the bot's as Telegram gave it. */
export function telegramAddress(apiUrl: string, token: string): ChatAddress {
  return {
    url: `${apiUrl}/bot${token}/sendMessage`,
    recordedUrl: `${apiUrl}/bot${REDACTED}/sendMessage`,
    credentials: credentialForms([token, token.slice(token.indexOf(':') + 1)]),
  };
}

export function slackAddress(url: string): ChatAddress {
  const parsed = new URL(url);
  return {
    url,
    recordedUrl: `${parsed.origin}/${REDACTED}`,
    credentials: credentialForms(credentialsIn(parsed)),
  };
}

/**
 * Parts of a URL that may be its credential: path and query as a whole, each segment of the path and each value of the
 * query. Whoever repeats a URL may leave out any of it, so the whole is not enough.
 */
function credentialsIn({ pathname, search }: URL): string[] {
  const segments = pathname.split('/').filter((segment) => !PLAIN_SEGMENTS.has(segment));
  const values = search
    .slice(1)
    .split('&')
    .map((part) => part.slice(part.indexOf('=') + 1));
  return [pathname + search, pathname, ...segments, ...values].filter(isDistinct);
}
