import { expect, test } from 'vitest';
import { type Replay, showReplay } from './replay-view.ts';
import { createTerminal } from './terminal.ts';

const tally = { scanned: 9, matched: 8, sent: 5, skipped: { already_delivered: 3 } };

function shown(given: Partial<Replay>): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  const replay: Replay = {
    replay_id: 'rp_1',
    state: 'planned',
    wanted: 'running',
    dry_run: true,
    waiting_for: null,
    error: null,
    source: { kind: 'topic', topic: 'events' },
    per_second: 100,
    planned: tally,
    done: { scanned: 0, matched: 0, sent: 0, skipped: {} },
    to_send: 5,
    sent: 0,
    remaining: 5,
    estimate_seconds: 1,
    expired: [],
    not_there_yet: [],
    partitions: [],
    endpoints: [],
    held_endpoints: [],
    samples: [],
    created_at: '2026-01-15T12:00:00Z',
    ...given,
  };
  showReplay(replay, createTerminal({ stdout: { write }, stderr: { write }, env: {} }));
  return text;
}

test('a plan says what it counted, what it leaves out, and how to start it', () => {
  const text = shown({});
  expect(text).toContain('9 records scanned, 8 deliveries matched, 5 to send');
  expect(text).toContain('3 skipped: already delivered');
  expect(text).toContain('herald replay start rp_1');
});

test('what was asked of a replay and is not done yet is told beside its state', () => {
  expect(shown({ state: 'running', wanted: 'paused' })).toContain('rp_1  running (to be paused)\n');
  const ending = shown({ state: 'paused', wanted: 'cancelled', waiting_for: 'a place' });
  expect(ending).toContain('rp_1  paused (a place, to be cancelled)\n');
  expect(ending).not.toContain('herald replay start');
  expect(shown({ state: 'completed', wanted: 'cancelled' })).toContain('rp_1  completed\n');
});

test('partitions are in their order, whichever was read first', () => {
  const partition = { from: 0, to: 9, position: 0, to_send: 1, sent: 0 };
  const text = shown({ partitions: [11, 2, 7].map((n) => ({ ...partition, partition: n })) });
  expect(text).toMatch(/\n2 .*\n7 .*\n11 /);
});

test('what was asked for and is gone, or not there yet, is named, and what was lost between plan and run', () => {
  const text = shown({
    state: 'completed',
    done: { scanned: 0, matched: 8, sent: 0, skipped: { expired: 8 } },
    expired: [{ partition: 1, from: 0, to: 10 }],
    not_there_yet: [{ partition: 1, from: 100, to: 5_000 }],
  });
  expect(text).toContain('8 skipped: expired');
  expect(text).toContain('gone: partition 1, offsets 0 to 9');
  expect(text).toContain('not there yet: partition 1, offsets 100 to 4999');
});
