import { readFileSync } from 'node:fs';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import { passesFilter } from '@herald/domain/subscription';
import { expect, it } from 'vitest';
import { readCandidate } from './read-candidate.ts';

const example = new URL('../../../../schemas/examples/events/tiktok-video-failed.json', import.meta.url);
const event = JSON.parse(readFileSync(example, 'utf8')) as PublicationEvent;

it('a replay of past events can tell whether they pass the filter that an endpoint has now', async () => {
  const at = { topic: TOPICS.events, partition: 0, offset: 1 };
  const record = { value: Buffer.of(0), headers: {} };
  const candidate = await readCandidate(record, at, { decode: () => ({ ok: true, value: event }) });
  const wants = (value: string) => {
    const filter = { field: 'channel.type', op: 'eq', value } as const;
    const subscription = { channelIds: new Set<string>(), eventTypes: new Set<never>(), filter };
    return passesFilter({ subscription }, candidate!.event);
  };
  expect([wants('tiktok'), wants('instagram')]).toEqual([true, false]);
});
