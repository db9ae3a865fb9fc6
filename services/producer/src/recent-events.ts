import { hash } from 'node:crypto';
import type { PreparedEvent } from '@herald/publisher/prepare-event';
import { PublishError } from '@herald/publisher/publish-error';
import type { Published } from '@herald/publisher/published';
import { createSharedMemory } from './shared-memory.ts';

/** Where an event is on record; `repeated` where it already was, by its id, before it was sent this time. */
export interface Recorded extends Published {
  repeated?: true;
}

export type EventsClaim =
  /** The events, by their place, whose id is that of one with other content: nothing is written. */
  { kind: 'conflict'; conflicts: number[] } | { kind: 'claimed'; recorded: Promise<Recorded[]> };

/** The events of the last while by account and id, so that one that is sent again is written once. */
export interface RecentEvents {
  /**
   * Writes those that are not known, all in one call. A known one is answered with where the first is on record: at
   * once, or when the first is acknowledged. What could not be written is forgotten.
   */
  claim(accountId: string, events: readonly PreparedEvent[]): EventsClaim;
}

export interface RecentEventsOptions {
  write: (events: readonly PreparedEvent[]) => Promise<Published[]>;
  /** Events remembered at most, of all accounts; 0 remembers only what is under way. */
  maxEvents: number;
  rememberMs: number;
  now: () => number;
}

/** An event that is being written: its place in the answer of that call. */
interface UnderWay {
  print: string;
  written: Promise<Published[]>;
  index: number;
}

interface Remembered {
  print: string;
  partition: number;
  offset: number;
}

/** An event by what makes it the same one: account and id, and the bytes of its record. */
interface Keyed {
  event: PreparedEvent;
  key: string;
  print: string;
}

export function createRecentEvents({ write, maxEvents, rememberMs, now }: RecentEventsOptions): RecentEvents {
  // Apart from the memory, which may forget: what is under way is bounded by the admission of requests.
  const underWay = new Map<string, UnderWay>();
  const remembered = createSharedMemory<Remembered>({ maxSize: maxEvents, ttlMs: rememberMs, now });

  function start(accountId: string, fresh: readonly Keyed[]): void {
    const written = write(fresh.map(({ event }) => event));
    for (const [index, { key, print }] of fresh.entries()) underWay.set(key, { print, written, index });
    const remember = (published: readonly Published[]) => {
      const byId = new Map(published.map((one) => [one.event_id, one]));
      for (const { event, key, print } of fresh) {
        underWay.delete(key);
        const at = byId.get(event.eventId);
        if (at) remembered.set(accountId, key, { print, partition: at.partition, offset: at.offset });
      }
    };
    written.then(remember, (error: unknown) => remember(onRecordInSpiteOf(error)));
  }

  return {
    claim(accountId, events) {
      const all = events.map((event) => keyed(accountId, event));
      const known = all.map(({ key }) => underWay.get(key) ?? remembered.get(accountId, key));
      const firsts = new Map<string, Keyed>();
      for (const one of all) if (!firsts.has(one.key)) firsts.set(one.key, one);
      const conflicts = all.flatMap((one, index) =>
        (known[index] ?? firsts.get(one.key))?.print === one.print ? [] : [index],
      );
      if (conflicts.length > 0) return { kind: 'conflict', conflicts };

      const isFresh = all.map((one, index) => !known[index] && firsts.get(one.key) === one);
      const fresh = all.filter((_, index) => isFresh[index]);
      if (fresh.length > 0) start(accountId, fresh);
      const sources = all.map(
        (one, index) => (known[index] ?? underWay.get(one.key)) as UnderWay | Remembered,
      );
      return { kind: 'claimed', recorded: recordedBy(all, sources, isFresh) };
    },
  };
}

function onRecordInSpiteOf(error: unknown): Published[] {
  return error instanceof PublishError && error.failure.kind === 'unwritable' ? error.failure.published : [];
}

async function recordedBy(
  all: readonly Keyed[],
  sources: readonly (UnderWay | Remembered)[],
  isFresh: readonly boolean[],
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for (const [index, { event }] of all.entries()) {
    const isRepeated = !isFresh[index];
    const { partition, offset } = await placeOf(event, sources[index] as UnderWay | Remembered, isRepeated);
    const at = { event_id: event.eventId, topic: event.record.topic, partition, offset };
    recorded.push(isRepeated ? { ...at, repeated: true } : at);
  }
  return recorded;
}

/** A call fails as a whole where one of its events cannot be written; who sends another of them again need not. */
async function placeOf(
  { eventId }: PreparedEvent,
  source: UnderWay | Remembered,
  isRepeated: boolean,
): Promise<{ partition: number; offset: number }> {
  if (!('written' in source)) return source;
  try {
    return (await source.written)[source.index] as Published;
  } catch (error) {
    const at = isRepeated && onRecordInSpiteOf(error).find(({ event_id }) => event_id === eventId);
    if (!at) throw error;
    return at;
  }
}

function keyed(accountId: string, event: PreparedEvent): Keyed {
  return {
    event,
    key: `${accountId}\n${event.eventId}`,
    print: hash('sha256', event.record.value, 'base64'),
  };
}
