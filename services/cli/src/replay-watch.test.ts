import { expect, test } from 'vitest';
import { ApiAway, CommandFailure } from './failure.ts';
import type { Replay } from './replay-view.ts';
import { watchReplay } from './replay-watch.ts';

const replayIn = (state: string, sent: number) =>
  ({
    replay_id: 'rp_1',
    state,
    wanted: 'running',
    dry_run: false,
    waiting_for: null,
    to_send: 5,
    sent,
  }) as Replay;

const AWAY = new ApiAway('No answer.');

/** What a watch comes to with these answers, the last one for ever, on a clock that only waiting moves. */
async function watch(...answers: (Replay | Error)[]) {
  let nowMs = 0;
  const waits: number[] = [];
  const said: string[] = [];
  const ended = await watchReplay(replayIn('running', 1), {
    api: {
      async get<T>() {
        const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers;
        if (answer instanceof Error) throw answer;
        return answer as T;
      },
    },
    bar: { show: (done, total, words) => said.push(`${done}/${total} ${words}`), stop: () => said.push('') },
    async sleep(ms) {
      waits.push(ms);
      nowMs += ms;
    },
    now: () => nowMs,
  }).catch((error: Error) => error);
  return { ended, waits, said };
}

test('a watch outlasts an API that gives no answer for a while, asks less often, and says so', async () => {
  const { ended, waits, said } = await watch(
    replayIn('running', 2),
    AWAY,
    AWAY,
    replayIn('running', 3),
    replayIn('completed', 5),
  );
  expect(ended).toMatchObject({ state: 'completed' });
  expect(waits).toEqual([250, 250, 500, 1_000, 250]);
  expect(said).toEqual([
    '1/5 running',
    '2/5 running',
    '2/5 No answer. Asked again in 0.5 s:',
    '2/5 No answer. Asked again in 1 s:',
    '3/5 running',
    '5/5 completed',
    '',
  ]);
});

test('a watch that hears nothing for long gives up, and does not say that the replay failed', async () => {
  const { ended, waits } = await watch(AWAY);
  expect(ended).toBeInstanceOf(CommandFailure);
  expect((ended as Error).message).toContain('goes on by itself');
  expect(Math.max(...waits)).toBe(30_000);
});

test('a watch ends at once where the API refuses', async () => {
  const { ended, waits } = await watch(new CommandFailure('There is no such replay'));
  expect(ended).toMatchObject({ message: 'There is no such replay' });
  expect(waits).toHaveLength(1);
});
