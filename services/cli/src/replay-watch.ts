import type { ApiClient } from './api-client.ts';
import { backoffMs } from './backoff.ts';
import { ApiAway, CommandFailure } from './failure.ts';
import type { ProgressBar } from './progress-bar.ts';
import { isOver, type Replay } from './replay-view.ts';

export interface WatchOptions {
  api: Pick<ApiClient, 'get'>;
  bar: ProgressBar;
  sleep: (ms: number) => Promise<unknown>;
  now: () => number;
}

/** As often as a person can follow. */
const LOOK_EVERY_MS = 250;

/** An API that is away for so long is not starting. */
const GIVE_UP_MS = 10 * 60_000;

/**
 * Follows a replay until it is over, or rests: a plan that waits for its start, or a pause. It goes on without being
 * watched, so an API that gives no answer is asked again, less and less often.
 *
 * @throws CommandFailure where that lasts
 */
export async function watchReplay(given: Replay, { api, bar, sleep, now }: WatchOptions): Promise<Replay> {
  let replay = given;
  let failures = 0;
  let seenMs = now();
  const show = (words: string) => bar.show(replay.sent, Math.max(replay.to_send, replay.sent), words);
  try {
    while (!isOver(replay) && !isResting(replay)) {
      if (failures === 0) show(stateOf(replay));
      await sleep(failures === 0 ? LOOK_EVERY_MS : backoffMs(failures));
      const looked = await api.get<Replay>(replayPath(replay.replay_id)).catch(awayOnly);
      if (!(looked instanceof ApiAway)) {
        replay = looked;
        failures = 0;
        seenMs = now();
        continue;
      }
      if (now() - seenMs > GIVE_UP_MS) throw givenUp(replay, looked);
      failures += 1;
      show(`${looked.message} Asked again in ${backoffMs(failures) / 1_000} s:`);
    }
    show(replay.state);
  } finally {
    bar.stop();
  }
  return replay;
}

export function replayPath(id: string): string {
  return `/v1/replays/${encodeURIComponent(id)}`;
}

function awayOnly(error: unknown): ApiAway {
  if (error instanceof ApiAway) return error;
  throw error;
}

function givenUp({ replay_id }: Replay, { message }: ApiAway): CommandFailure {
  return new CommandFailure(
    `${message} The replay goes on by itself, and how it ends is not known here: herald replay show ${replay_id} --watch`,
  );
}

function stateOf({ waiting_for, wanted, state }: Replay): string {
  return waiting_for ?? (wanted === 'cancelled' ? 'ending' : state);
}

function isResting({ state, dry_run, wanted }: Replay): boolean {
  if (wanted === 'running') return state === 'planned' && dry_run;
  return wanted === 'paused' && state === 'paused';
}
