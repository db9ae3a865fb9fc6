import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { parseEvent } from './parse-event.ts';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from './simulator.ts';

const accounts = simulatedWorld({
  accountIds: ['acme', 'globex'],
  projectsPerAccount: 2,
  channelsPerProject: 10,
});

function take(seed: number, count: number): SimulatedEvent[] {
  let time = Date.UTC(2024, 2, 15);
  return simulateEvents({ seed, accounts, now: () => ++time })
    .take(count)
    .toArray();
}

const events = take(1, 5_000);

test('the same seed gives the same events, another seed others', () => {
  expect(isDeepStrictEqual(take(1, 5_000), events)).toBe(true);
  const ids = new Set(events.map(({ event_id }) => event_id));
  expect(take(2, 5_000).some(({ event_id }) => ids.has(event_id))).toBe(false);
});

test('every simulated event is one that the publisher takes', () => {
  const refused = events.flatMap((event) => {
    const parsed = parseEvent(event, () => 'none');
    return parsed.ok ? [] : parsed.problems;
  });
  expect(refused).toEqual([]);
});

test('no event id comes twice', () => {
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
});

test('all three types, all accounts, projects and channels occur', () => {
  const seen = (field: (event: SimulatedEvent) => string) => new Set(events.map(field)).size;
  expect(seen(({ event_type }) => event_type)).toBe(3);
  expect(seen(({ account_id }) => account_id)).toBe(2);
  expect(seen(({ project_id }) => project_id)).toBe(4);
  expect(seen(({ channel }) => channel.id)).toBe(40);
});

test('a post is deleted only after it was published, and published after a failure only once', () => {
  const history = new Map<string, string[]>();
  for (const { publication_id, event_type } of events)
    history.set(publication_id, [
      ...(history.get(publication_id) ?? []),
      event_type.slice('publication.'.length),
    ]);
  const stories = new Set([...history.values()].map((types) => types.join(' ')));
  expect([...stories].sort()).toEqual([
    'failed',
    'failed published',
    'failed published deleted',
    'published',
    'published deleted',
  ]);
});

test('a failure says why, and only a published post has an address', () => {
  for (const { event_type, error_message, result } of events) {
    expect(error_message != null).toBe(event_type === 'publication.failed');
    expect(result?.url != null).toBe(event_type === 'publication.published');
  }
});
