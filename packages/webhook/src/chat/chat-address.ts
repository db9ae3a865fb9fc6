import { REDACTED } from '../redaction.ts';
import { credentialForms, credentialsIn } from './credential-forms.ts';

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
