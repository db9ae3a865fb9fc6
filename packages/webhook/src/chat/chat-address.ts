import type { Exchange } from '../exchange.ts';
import { REDACTED } from '../redaction.ts';

/** Where the messages of a chat are posted to, and what of it nobody may read. */
export interface ChatAddress {
  url: string;
  /** The URL as history has it. */
  recordedUrl: string;
  /** Parts of the URL that let whoever has them write to the chat, however the rest of it is written. */
  credentials: readonly string[];
}

/** `apiUrl` is without a slash at its end, `token` the bot's as Telegram gave it. */
export function telegramAddress(apiUrl: string, token: string): ChatAddress {
  return {
    url: `${apiUrl}/bot${token}/sendMessage`,
    recordedUrl: `${apiUrl}/bot${REDACTED}/sendMessage`,
    credentials: [token, token.slice(token.indexOf(':') + 1)],
  };
}

/** Shorter parts are no credential, and what happens to have them within would be made unreadable. */
const MIN_CREDENTIAL_CHARS = 8;

export function slackAddress(url: string): ChatAddress {
  const { origin, pathname, search } = new URL(url);
  const parts = [pathname + search, pathname, pathname.slice(pathname.lastIndexOf('/') + 1)];
  return {
    url,
    recordedUrl: `${origin}/${REDACTED}`,
    credentials: parts.filter((part) => part.length >= MIN_CREDENTIAL_CHARS),
  };
}

/** The exchange as it may be kept: a server that redirects, or a proxy that complains, repeats what it was asked. */
export function withoutCredentials(exchange: Exchange, credentials: readonly string[]): Exchange {
  const { outcome } = exchange;
  if (credentials.length === 0) return exchange;
  const clean = (text: string) => credentials.reduce((kept, each) => kept.replaceAll(each, REDACTED), text);
  if (outcome.kind === 'error') {
    return { ...exchange, outcome: { ...outcome, message: clean(outcome.message) } };
  }
  const headers = Object.entries(outcome.headers).map(([name, value]) => [name, clean(value)]);
  const body = Buffer.from(clean(Buffer.from(outcome.body).toString('latin1')), 'latin1');
  return { ...exchange, outcome: { ...outcome, headers: Object.fromEntries(headers), body } };
}
