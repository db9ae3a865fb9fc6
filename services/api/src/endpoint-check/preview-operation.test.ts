import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { expect, it } from 'vitest';
import type { Account } from '../account/account.ts';
import type { Answer } from '../http/operation.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { previewBody } from './check-fields.ts';
import { previewOperation } from './preview-operation.ts';

/** What was published on a platform, in a project. */
const published = (eventId: string, projectId: string, platform: string) => ({
  listed: { eventId, projectId, channelId: 'c', eventType: 'publication.published' },
  says: { event_id: eventId, event_type: 'PUBLISHED', channel: { type: platform } },
});

const EVENTS = [published('e1', 'p1', 'tiktok'), published('e2', 'p1', 'x'), published('e3', 'p2', 'tiktok')];

/** An account of these events; what of them is read is on record. */
function accountOf(read: string[], asked: object[] = []): Account {
  const events = {
    groups: async () => ({
      kind: 'counted',
      groups: EVENTS.map(({ listed }) => ({ ...listed, events: 1 })),
    }),
    async list(query: object) {
      asked.push(query);
      return { kind: 'page', items: EVENTS.map(({ listed }) => listed), nextCursor: undefined };
    },
    async contents(of: readonly { eventId: string }[]): Promise<PublicationEvent[]> {
      read.push(...of.map(({ eventId }) => eventId));
      return EVENTS.filter(({ listed }) => read.includes(listed.eventId)).map(
        ({ says }) => says as PublicationEvent,
      );
    },
  };
  return { id: 'acc_1', events } as unknown as Account;
}

const readHistory: ReadHistory = async (read, answer) => answer(await read());

async function preview(filter: object | null) {
  const read: string[] = [];
  const body = previewBody.parse({ project_id: 'p1', subscription: { filter } });
  const asked = { account: accountOf(read), body } as never;
  const answer = (await previewOperation(readHistory, Date.now).handle(asked)) as Answer & { body: object };
  return { read, body: answer.body };
}

it('a filter is tried on the newest events that the rest of the subscription wants', async () => {
  expect(await preview({ field: 'channel.type', op: 'eq', value: 'tiktok' })).toMatchObject({
    read: ['e1', 'e2'],
    body: { events: 3, matched: 2, is_exact: false, filtered: { events: 2, passed: 1 } },
  });
});

it('without a filter nothing that events say is read', async () => {
  expect(await preview(null)).toMatchObject({
    read: [],
    body: { events: 3, matched: 2, is_exact: true, filtered: null },
  });
});

it('what the subscription does not want takes no place among the newest that the filter is tried on', async () => {
  const asked: object[] = [];
  const filter = { field: 'channel.type', op: 'exists' };
  const body = previewBody.parse({
    project_id: 'p1',
    format: 'upload-post',
    subscription: { channel_ids: ['c'], filter },
  });
  await previewOperation(readHistory, Date.now).handle({ account: accountOf([], asked), body } as never);
  expect(asked).toMatchObject([
    { projectId: 'p1', channelIds: ['c', ''], eventTypes: ['publication.published', 'publication.failed'] },
  ]);
});

it('others have their turn between the events that a filter is tried on', async () => {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await preview({ field: 'channel.type', op: 'exists' });
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(2);
});
