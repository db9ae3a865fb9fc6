import { expect, test } from 'vitest';
import { z } from 'zod';
import { REPLAY_OPTIONS, replayRequest } from './replay-request.ts';

const options = z.object(REPLAY_OPTIONS);

test('offsets are ranges by partition, to the end where none is given', () => {
  const parsed = options.parse({ topic: 'events', offsets: '0:5-9,11:100-' });
  expect(replayRequest(parsed, true)).toMatchObject({
    source: {
      kind: 'topic',
      topic: 'events',
      ranges: [
        { partition: 0, from: 5, to: 9 },
        { partition: 11, from: 100 },
      ],
    },
    skip_delivered: true,
    dry_run: true,
  });
  for (const wrong of ['5-9', '0:9', '0:a-b', '']) {
    expect(options.safeParse({ offsets: wrong }).success).toBe(false);
  }
});

test('deliveries of the history are asked for by state and status', () => {
  const parsed = options.parse({
    history: true,
    states: 'dead',
    statuses: '500,404',
    includeDelivered: true,
  });
  expect(replayRequest(parsed, false)).toMatchObject({
    source: { kind: 'history', states: ['dead'], last_statuses: [500, 404] },
    skip_delivered: false,
    dry_run: false,
  });
});

test('what is replayed, and what of a topic, has to be said', () => {
  const ask = (given: object) => () => replayRequest(options.parse(given), true);
  expect(ask({})).toThrow('--topic <name>, or --history');
  expect(ask({ topic: 'events' })).toThrow('what of events: --offsets, --from and --to, or --everything');
  for (const enough of [{ from: 'x' }, { everything: true }, { offsets: '0:1-2' }]) {
    expect(ask({ topic: 'events', ...enough })).not.toThrow();
  }
  expect(ask({ history: true })).not.toThrow();
});
