import { REPLAY_STATES, type ReplayState } from '@herald/replay/progress';
import { expect, it } from 'vitest';
import type { Account } from '../account/account.ts';
import { whyNotChanged } from './replay-answers.ts';

const accountWith = (state: ReplayState) =>
  ({ replays: { get: () => ({ job: {}, progress: { state } }) } }) as unknown as Account;

it('what a replay has sent can be called off however it ended, and nothing else can be changed of one that is over', () => {
  const changeable = (wanted?: 'cancelled') =>
    REPLAY_STATES.filter((state) => whyNotChanged(accountWith(state), 'rp_1', wanted) === undefined);
  expect(changeable('cancelled')).toEqual([
    'planning',
    'planned',
    'running',
    'paused',
    'completed',
    'failed',
  ]);
  expect(changeable()).toEqual(['planning', 'planned', 'running', 'paused']);
});
