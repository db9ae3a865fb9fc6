import { MAX_KEPT_BODY_BYTES } from './bounded-body.ts';
import type { Exchange } from './exchange.ts';
import { REDACTED } from './redaction.ts';

/** Fewer characters of a credential help nobody to guess it, and any text may end with them. */
const MIN_CUT_CHARS = 4;

/**
 * The exchange as it may be kept: a server that redirects, or a proxy that complains, repeats what it was asked. Of a
 * body that was cut, the end goes too where it may be the beginning of a credential. What stands in place of one may be
 * longer than it was: the bound of a body holds for what is left, too.
 */
export function withoutCredentials(exchange: Exchange, credentials: readonly string[]): Exchange {
  const { outcome } = exchange;
  if (credentials.length === 0) return exchange;
  const clean = (text: string) => credentials.reduce((kept, each) => kept.replaceAll(each, REDACTED), text);
  if (outcome.kind === 'error') {
    return { ...exchange, outcome: { ...outcome, message: clean(outcome.message) } };
  }
  const headers = Object.entries(outcome.headers).map(([name, value]) => [name, clean(value)]);
  const text = clean(Buffer.from(outcome.body).toString('latin1'));
  const kept = outcome.bodyTruncated ? withoutBeginning(text, credentials) : text;
  const body = Buffer.from(kept, 'latin1').subarray(0, MAX_KEPT_BODY_BYTES);
  const bodyTruncated = outcome.bodyTruncated || kept.length > MAX_KEPT_BODY_BYTES;
  return { ...exchange, outcome: { ...outcome, headers: Object.fromEntries(headers), body, bodyTruncated } };
}

function withoutBeginning(text: string, credentials: readonly string[]): string {
  const cut = Math.max(0, ...credentials.map((each) => cutChars(text, each)));
  return cut === 0 ? text : text.slice(0, -cut) + REDACTED;
}

/** How many characters at the end of the text the credential begins with. */
function cutChars(text: string, credential: string): number {
  for (let chars = Math.min(text.length, credential.length - 1); chars >= MIN_CUT_CHARS; chars--) {
    if (text.endsWith(credential.slice(0, chars))) return chars;
  }
  return 0;
}
