import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Cause } from '@herald/domain/cause';
import type { EventType } from '@herald/domain/event-type';
import { excerpt, excerptLine, webAddress } from './plain-text.ts';

/** What a message to people says, before the markup of any chat. Everything is plain text, bounded, and never blank. */
export interface ChatText {
  /** What happened, in a line. */
  headline: string;
  /** What it is about: the title of the post. */
  title: string | undefined;
  /** Lines of the post itself, or of what to do. */
  body: string | undefined;
  error: string | undefined;
  /** An http or https URL. */
  link: string | undefined;
  facts: readonly { label: string; value: string }[];
  /** Why it comes: undefined where the event itself is why. */
  aside: string | undefined;
}

/** In UTF-16 units. Together, with labels, they are within what Telegram takes of one message: 4,096. */
const MAX_NAME = 120;
const MAX_TITLE = 300;
const MAX_BODY = 1_200;
const MAX_ERROR = 800;

/** `accountId` where people are told by it who has them written to. */
export function chatText(
  event: PublicationEvent,
  cause: Cause,
  accountId: string | undefined,
): ChatText | undefined {
  const type = eventTypeOf(event.event_type);
  if (!type) return undefined;
  const said = event.endpoint ? saidOfEndpoint(event, event.endpoint) : saidOfPost(event);
  const sender = factsOf([['Account', accountId && name(accountId)]]);
  return {
    ...said,
    headline: `${HEADLINES[type]} ${said.headline}`,
    facts: [...said.facts, ...sender],
    aside: asideOf(cause),
  };
}

const HEADLINES: Readonly<Record<EventType, string>> = {
  'publication.published': '✅ Published',
  'publication.failed': '❌ Failed',
  'publication.deleted': '🗑️ Deleted',
  'endpoint.failing': '⚠️ Endpoint is failing:',
  'endpoint.disabled': '⛔ Endpoint was disabled:',
};

type Said = Omit<ChatText, 'aside'>;

function saidOfPost({ channel, content, ...event }: PublicationEvent): Said {
  const platform = name(channel.type) ?? 'an unknown platform';
  return {
    headline: `on ${platform}`,
    title: excerptLine(content.title, MAX_TITLE),
    // Where a post has one text, some producers give it as both.
    body: content.caption === content.title ? undefined : excerpt(content.caption, MAX_BODY),
    error: excerpt(event.error_message, MAX_ERROR),
    // Of a post that is gone there is nothing to open.
    link: event.event_type === 'DELETED' ? undefined : webAddress(event.result?.url),
    facts: factsOf([
      ['Channel', name(channel.name) ?? name(channel.id)],
      ['Status code', event.status_code === null ? undefined : String(event.status_code)],
      ['Time', minuteOf(event.occurred_at)],
      ['Project', name(event.project_id)],
      ['Publication', name(event.publication_id)],
    ]),
  };
}

/** Never the URL: whoever reads the chat may have less rights than whoever set the endpoint up. */
function saidOfEndpoint(event: PublicationEvent, notice: NonNullable<PublicationEvent['endpoint']>): Said {
  const isDisabled = event.event_type === 'ENDPOINT_DISABLED';
  return {
    headline: name(notice.name) ?? name(notice.endpoint_id) ?? 'without a name',
    title: undefined,
    body: isDisabled
      ? 'Its deliveries are held and nothing is lost. Put it right, then enable it: what was held is delivered.'
      : 'Its deliveries are tried again. If none succeeds for days, it is disabled and they are held.',
    error: undefined,
    link: undefined,
    facts: factsOf([
      ['Reason', name(notice.reason)],
      ['Last outcome', excerptLine(notice.last_outcome, MAX_TITLE)],
      ['Failing since', minuteOf(notice.failing_since)],
      ['Failures in a row', String(notice.consecutive_failures)],
      ['Project', name(event.project_id)],
      ['Endpoint', name(notice.endpoint_id)],
    ]),
  };
}

function asideOf(cause: Cause): string | undefined {
  if (cause === 'event') return undefined;
  return cause === 'test'
    ? 'This is a test: nothing has happened.'
    : 'Sent again: this is about a past event.';
}

function factsOf(given: readonly (readonly [label: string, value: string | undefined])[]): ChatText['facts'] {
  return given.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

/** A message may come long after what it is about. Undefined for a time that ISO 8601 cannot write. */
function minuteOf(atMs: number | null): string | undefined {
  const at = new Date(atMs ?? Number.NaN);
  if (Number.isNaN(at.getTime())) return undefined;
  return `${at.toISOString().slice(0, -8).replace('T', ' ')} UTC`;
}

const name = (text: string | null): string | undefined => excerptLine(text, MAX_NAME);
