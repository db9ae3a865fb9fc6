import { setImmediate } from 'node:timers/promises';
import type { EventGroup } from '@herald/clickhouse/read/event-groups';
import { eventField } from '@herald/contracts/event-fields';
import { eventTypeOf } from '@herald/contracts/event-type';
import { ALL_PROJECTS } from '@herald/domain/endpoint';
import { EVENT_TYPES, isEventType } from '@herald/domain/event-type';
import type { Filter } from '@herald/domain/filter/filter';
import {
  isRepresentable,
  match,
  passesFilter,
  type Subscriber,
  wantsType,
} from '@herald/domain/subscription';
import type { Problem } from '@herald/service-kit/problem';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { isoTime } from '../http/fields.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { MAX_FILTERED, previewBody, previewView } from './check-fields.ts';

const RANGE_MS = 24 * 60 * 60 * 1_000;

export function previewOperation(readHistory: ReadHistory, now: () => number): AnyOperation {
  return operation({
    method: 'post',
    path: '/v1/endpoints:preview',
    operationId: 'previewSubscription',
    tag: 'endpoints',
    summary: 'Count the events of the last 24 hours that an endpoint with a subscription would have got.',
    role: 'read',
    params: z.strictObject({}),
    query: z.strictObject({}),
    body: previewBody,
    answers: previewView,
    problems: ['422 too_many_rows', '503 history_unavailable'],
    handle({ account, body }) {
      const toMs = now();
      const fromMs = toMs - RANGE_MS;
      const draft = draftOf(account.id, body);
      return readHistory(
        async () => ({
          found: await account.events.groups({ fromMs, toMs }),
          filtered: await tryFilter(account, draft, body.subscription.filter, { fromMs, toMs }),
        }),
        ({ found, filtered }) => {
          if (found.kind === 'too_many_rows') return { problem: countUnavailable };
          return {
            status: 200,
            body: {
              from: isoTime(fromMs),
              to: isoTime(toMs),
              events: sum(found.groups),
              matched: sum(found.groups.filter((group) => isWanted(draft, group))),
              is_exact: body.subscription.filter === null,
              filtered,
            },
          };
        },
      );
    },
  });
}

/** On the newest events of the range, as the route lane would; of all, it would take reading what each says. */
async function tryFilter(
  account: Account,
  draft: Subscriber,
  filter: Filter | null,
  range: { fromMs: number; toMs: number },
): Promise<{ events: number; passed: number } | null> {
  if (filter === null) return null;
  const projectId = draft.projectId === ALL_PROJECTS ? undefined : draft.projectId;
  const wants = { channelIds: wantedChannels(draft), eventTypes: wantedTypes(draft) };
  const newest = await account.events.list({ ...range, ...wants, projectId, limit: MAX_FILTERED });
  if (newest.kind !== 'page') throw new Error('A page without a cursor was refused for its cursor');
  const wanted = newest.items.filter((event) => isWanted(draft, event));
  const events = await account.events.contents(wanted);
  const filtered = { subscription: { ...draft.subscription, filter } };
  let passed = 0;
  for (const event of events) {
    const eventType = eventTypeOf(event.event_type);
    const readField = (path: string) => eventField(event, path);
    if (eventType && passesFilter(filtered, { eventType, readField })) passed++;
    // A filter may have much to read: others have their turn in between.
    await setImmediate();
  }
  return { events: events.length, passed };
}

/** Undefined for all. Operational events are about no channel, and no choice of channels keeps them away. */
function wantedChannels({ subscription: { channelIds } }: Subscriber): readonly string[] | undefined {
  return channelIds.size === 0 ? undefined : [...channelIds, ''];
}

function wantedTypes(draft: Subscriber): readonly string[] {
  return EVENT_TYPES.filter((type) => wantsType(draft, type) && isRepresentable(draft, type));
}

/** What the route lane matches by; the filter is left out, for it asks for what each event says. */
function draftOf(
  accountId: string,
  { project_id, subscription, format }: z.output<typeof previewBody>,
): Subscriber {
  return {
    id: '',
    accountId,
    projectId: project_id,
    format,
    subscription: {
      channelIds: new Set(subscription.channel_ids),
      eventTypes: new Set(subscription.event_types),
      filter: undefined,
    },
    state: 'active',
  };
}

function isWanted(
  draft: Subscriber,
  { eventType, projectId, channelId }: Omit<EventGroup, 'events'>,
): boolean {
  if (!isEventType(eventType)) return false;
  const event = { eventType, accountId: draft.accountId, projectId, channelId, readField: () => undefined };
  return match(draft, event).matched;
}

function sum(groups: readonly EventGroup[]): number {
  return groups.reduce((total, { events }) => total + events, 0);
}

const countUnavailable: Problem = {
  status: 422,
  code: 'too_many_rows',
  title: 'Count unavailable',
  detail:
    'The last 24 hours have more events than are counted at once. The endpoint can be saved without the count.',
};
