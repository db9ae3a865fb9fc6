import type { ChatText } from './chat-text.ts';
import { cut, cutEscaped } from './plain-text.ts';

/** Block Kit reference: of a header, of a section, and of a message. */
export const MAX_SLACK_HEADER_UNITS = 150;
export const MAX_SLACK_SECTION_UNITS = 3_000;
export const MAX_SLACK_BLOCKS = 50;

const MAX_FALLBACK_UNITS = 500;

/** What a notification shows, and blocks for those who open it. */
export function slackMessage({ headline, title, body, error, link, facts, aside }: ChatText): object {
  const summary = title === undefined ? headline : `${headline}: ${title}`;
  return {
    text: cutEscaped(summary, MAX_FALLBACK_UNITS, escapeMrkdwn),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: cut(headline, MAX_SLACK_HEADER_UNITS), emoji: false },
      },
      ...sections([
        title && `*${within(title)}*`,
        body && quoted(body),
        error && `*Error:* ${within(error)}`,
        link && `<${linkOf(link)}|Open the post>`,
      ]),
      {
        type: 'context',
        elements: [mrkdwn(facts.map(({ label, value }) => `*${label}:* ${within(value)}`).join('\n'))],
      },
      ...(aside === undefined ? [] : [{ type: 'context', elements: [mrkdwn(within(aside))] }]),
    ],
  };
}

/** Room for the marks around a text. */
const within = (text: string): string => cutEscaped(text, MAX_SLACK_SECTION_UNITS - 100, escapeMrkdwn);

function sections(texts: readonly (string | undefined)[]): object[] {
  return texts.flatMap((text) => (text ? [{ type: 'section', text: mrkdwn(text) }] : []));
}

/** `verbatim`: nothing in it that looks like a name or an address becomes a link or calls anybody. */
function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Each line a quote; the mark of a quote takes its unit, too. */
function quoted(text: string): string {
  const quote = (given: string) => escapeMrkdwn(given).replaceAll(/^/gm, '> ');
  return cutEscaped(text, MAX_SLACK_SECTION_UNITS, quote);
}

/** "Formatting text for app surfaces": these three and no others. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Within `<…|…>` a bar ends the address. */
function linkOf(address: string): string {
  return escapeMrkdwn(address.replaceAll('|', '%7C'));
}
