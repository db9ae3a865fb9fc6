import { readdirSync, readFileSync } from 'node:fs';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Cause } from '@herald/domain/cause';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTelegramHtml } from '../testing/telegram-html.ts';
import { renderChat } from './render-chat.ts';
import { MAX_SLACK_BLOCKS, MAX_SLACK_HEADER_UNITS, MAX_SLACK_SECTION_UNITS } from './slack-message.ts';
import { MAX_TELEGRAM_TEXT_UNITS } from './telegram-message.ts';

const examples = new URL('events/', import.meta.resolve('@herald/schemas/examples/README.md'));
const payloads = new URL('payloads/', import.meta.resolve('@herald/schemas/examples/README.md'));
const readEvent = (name: string): PublicationEvent =>
  JSON.parse(readFileSync(new URL(`${name}.json`, examples), 'utf8'));
const failed = readEvent('tiktok-video-failed');
const disabled = readEvent('endpoint-disabled-gone');
const TELEGRAM = { accountId: 'acc_1', telegram: { chatId: '42', sealedToken: Buffer.from('own bot') } };
const SHARED_BOT = { ...TELEGRAM, telegram: { chatId: '42', sealedToken: undefined } };
const SLACK = { accountId: 'acc_1' };

interface Message {
  text: string;
  blocks: Block[];
}

function bodyOf(event: PublicationEvent, endpoint: typeof SLACK, cause: Cause = 'event'): Message {
  const rendered = renderChat(event, endpoint, cause);
  if (rendered.kind !== 'rendered') throw new Error(rendered.reason);
  expect(rendered.contentType).toBe('application/json');
  return JSON.parse(rendered.body.toString());
}

/** What people see; fails where Telegram would refuse to parse. */
function seenInTelegram(event: PublicationEvent, endpoint: typeof SLACK = TELEGRAM): string {
  const parsed = parseTelegramHtml(bodyOf(event, endpoint).text);
  if (!parsed.ok) throw new Error(parsed.description);
  return parsed.text;
}

interface Block {
  type: string;
  text?: { type: string; text: string };
  elements?: { type: string; text: string }[];
}

function mrkdwnOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ text, elements = [] }) =>
    [text, ...elements].flatMap((each) => (each?.type === 'mrkdwn' ? [each.text] : [])),
  );
}

function expectFitForSlack(event: PublicationEvent): void {
  const { text, blocks } = bodyOf(event, SLACK);
  expect(blocks.length).toBeLessThanOrEqual(MAX_SLACK_BLOCKS);
  expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(MAX_SLACK_HEADER_UNITS);
  expect(blocks[0]?.text?.text.isWellFormed()).toBe(true);
  for (const each of [text, ...mrkdwnOf(blocks)]) {
    expect(each.length).toBeGreaterThan(0);
    expect(each.length).toBeLessThanOrEqual(MAX_SLACK_SECTION_UNITS);
    expect(each.isWellFormed()).toBe(true);
    expect(each.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
    const withoutOurLink = each.replace(/^<https?:[^<>|]*\|Open the post>$/, '');
    // The marks of quotes, at the beginnings of lines, are ours.
    expect(withoutOurLink.replaceAll(/^> /gm, '')).not.toMatch(/[<>]/);
  }
}

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.constantFrom(
    '<b>&amp;</b><script>alert(1)</script>',
    '<!channel> <@U1|x> <https://evil.example|click>',
    '&'.repeat(5_000),
    '👩‍👩‍👧‍👦'.repeat(800),
    `${'x'.repeat(1_199)}😀😀`,
    'e\u0301'.repeat(3_000),
    `a${'\u0301'.repeat(5_000)}`,
    '\u202eevil\u202c \u0000\u0007',
    'مرحبا بالعالم '.repeat(400),
    'x'.repeat(100_000),
    `\n\n\n${' \n'.repeat(40_000)}end`,
    '\ud800 alone \udc00',
    '" onclick="x',
  ),
);
const anyText = fc.option(hostile, { nil: null });
const anyEvent: fc.Arbitrary<PublicationEvent> = fc
  .record({
    event_type: fc.constantFrom('PUBLISHED', 'FAILED', 'DELETED'),
    project_id: hostile,
    publication_id: hostile,
    channel: fc.record({ id: hostile, type: hostile, name: anyText }),
    content: fc.record({
      media_type: fc.constant('VIDEO'),
      title: anyText,
      caption: anyText,
      media_urls: fc.constant([]),
    }),
    status_code: fc.option(fc.integer({ min: 100, max: 599 })),
    error_message: anyText,
    result: fc.option(
      fc.record({ url: fc.option(fc.oneof(hostile, fc.webUrl(), fc.constant('https://a.example/<|>&"'))) }),
    ),
  })
  .map((fields) => ({ ...failed, ...fields }) as unknown as PublicationEvent);
const anyNotice: fc.Arbitrary<PublicationEvent> = fc
  .record({ name: hostile, reason: hostile, last_outcome: hostile, endpoint_id: hostile })
  .map((fields) => ({ ...disabled, endpoint: { ...disabled.endpoint!, ...fields } }));
const anything = fc.oneof({ weight: 4, arbitrary: anyEvent }, anyNotice);

describe('a message to a chat', () => {
  it('is within what Telegram takes and parses, whatever the event says', () => {
    fc.assert(
      fc.property(anything, hostile, (event, accountId) => {
        const seen = seenInTelegram(event, { ...SHARED_BOT, accountId });
        expect(seen.length).toBeGreaterThan(0);
        expect(seen.length).toBeLessThanOrEqual(MAX_TELEGRAM_TEXT_UNITS);
        expect(seen.isWellFormed()).toBe(true);
        expect(seen).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 400 },
    );
  });

  it('is within what Slack takes, calls nobody and has no links but ours, whatever the event says', () => {
    fc.assert(fc.property(anything, expectFitForSlack), { numRuns: 400 });
  });

  it('does not cut an emoji of several characters in two', () => {
    const content = { ...failed.content, caption: '👩‍👩‍👧‍👦'.repeat(800) };
    const seen = seenInTelegram({ ...failed, content });
    expect(seen).toMatch(/👩‍👩‍👧‍👦…/u);
  });

  it('says what a person needs: what happened, where, to what, and why', () => {
    expect(seenInTelegram(failed)).toBe(
      [
        '❌ Failed on tiktok',
        'Spring collection',
        '',
        'New colours, out today',
        '',
        'Error: spam_risk_too_many_posts: the daily limit of posts is reached',
        '',
        'Channel: @brightstudio',
        'Status code: 403',
        'Time: 2024-03-15 14:30 UTC',
        'Project: prj_spring',
        'Publication: pub_1002',
      ].join('\n'),
    );
    expect(seenInTelegram(disabled)).toContain('Endpoint was disabled: CRM');
    expect(seenInTelegram(disabled)).toContain('Reason: gone');
    expect(seenInTelegram(disabled)).not.toContain('crm.example');
  });

  it('has a readable text for every example there is, with a link where something was published', () => {
    for (const file of readdirSync(examples)) {
      const event = readEvent(file.replace('.json', ''));
      expect(seenInTelegram(event).split('\n')[0]).toMatch(/^(✅|❌|🗑️|⚠️|⛔) \w+/u);
      expectFitForSlack(event);
    }
    const published = readEvent('instagram-video-published');
    const url = published.result!.url!;
    expect(bodyOf(published, TELEGRAM).text).toContain(`<a href="${url}">Open the post</a>`);
    expect(mrkdwnOf(bodyOf(published, SLACK).blocks)).toContain(`<${url}|Open the post>`);
  });

  it.each(['telegram', 'slack'])('has exactly the documented body for %s', (kind) => {
    for (const file of readdirSync(examples)) {
      const golden = readFileSync(new URL(file.replace('.json', `.${kind}.json`), payloads), 'utf8');
      const endpoint = { ...TELEGRAM, telegram: { ...TELEGRAM.telegram, chatId: '123456789' } };
      const body = bodyOf(readEvent(file.replace('.json', '')), kind === 'telegram' ? endpoint : SLACK);
      expect(JSON.stringify(body)).toBe(JSON.stringify(JSON.parse(golden)));
    }
  });

  it('has no link to what was deleted, and no time that cannot be', () => {
    const deleted = { ...readEvent('instagram-video-published'), event_type: 'DELETED' as const };
    expect(bodyOf({ ...deleted, occurred_at: 1e16 }, TELEGRAM).text).not.toMatch(/href|Time/);
  });

  it('names the chat, and shows no preview of its link', () => {
    expect(bodyOf(failed, TELEGRAM)).toMatchObject({
      chat_id: '42',
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    });
  });

  it('tells a test and a replay from news', () => {
    expect(bodyOf(failed, TELEGRAM, 'test').text).toContain('This is a test');
    expect(bodyOf(failed, TELEGRAM, 'replay:r').text).toContain('Sent again');
    expect(mrkdwnOf(bodyOf(failed, SLACK, 'test').blocks).join()).toContain('This is a test');
    expect(bodyOf(failed, TELEGRAM).text).not.toMatch(/test:|again/);
  });

  it('names the account where the bot is that of all accounts, and nowhere else', () => {
    for (const event of [failed, disabled]) {
      expect(seenInTelegram(event, SHARED_BOT).split('\n')).toContain('Account: acc_1');
      expect(seenInTelegram(event, TELEGRAM)).not.toContain('acc_1');
      expect(JSON.stringify(bodyOf(event, SLACK))).not.toContain('acc_1');
    }
    const disguised = { ...SHARED_BOT, accountId: 'acc_1\nProject: x' };
    expect(seenInTelegram(failed, disguised).split('\n')).toContain('Account: acc_1 Project: x');
  });

  it('cannot be given a line by whoever names a post', () => {
    const content = { ...failed.content, title: 'A\nStatus code: 200\u2028Error: none' };
    const seen = seenInTelegram({ ...failed, content });
    expect(seen.split('\n')[1]).toBe('A Status code: 200 Error: none');
  });

  it('is not made of a type that this version does not know', () => {
    expect(renderChat({ ...failed, event_type: 'UNKNOWN' }, SLACK, 'event').kind).toBe('not_representable');
  });
});
