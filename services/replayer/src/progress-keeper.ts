import type { ReplayProgressWriter } from '@herald/registry/replay-progress';
import type { ReplayProgress, ReplayState } from '@herald/replay/progress';

/** Progress goes on record at the latest after so many sends, or this time: what a kill may send again. */
const MAX_UNSAVED_SENDS = 200;
const MAX_UNSAVED_MS = 1_000;

/** Another replayer has the replay: nothing more may be sent. */
export class Lost extends Error {
  override name = 'Lost';
}

/** The progress of a replay while one replayer has it: what the run changes, and when that goes on record. */
export interface ProgressKeeper {
  /** The run's to change; what it changed is on record after `save`. */
  readonly progress: ReplayProgress;
  /** Goes on record at once. */
  enter(state: ReplayState, error?: string): Promise<void>;
  save(): Promise<void>;
  /** Saves where it is time to. */
  saveInTime(sends: number): Promise<void>;
}

export interface ProgressKeeperOptions {
  owner: string;
  writer: Pick<ReplayProgressWriter, 'takeOver' | 'put'>;
  now(): number;
  /** Kafka is away: waits before the next try. */
  pause(detail: string): Promise<void>;
}

/** Takes the replay over; resolves with what is on record of it, which is `initial` for a new one. */
export async function takeOver(
  initial: ReplayProgress,
  { owner, writer, now, pause }: ProgressKeeperOptions,
): Promise<ProgressKeeper> {
  let taken = await writer.takeOver(owner, initial);
  while (taken.kind === 'unavailable') {
    await pause(taken.detail);
    taken = await writer.takeOver(owner, initial);
  }
  if (taken.kind === 'unreadable') throw new Lost(`${initial.replayId} was a newer replayer's`);
  const { progress } = taken;
  let unsavedSends = 0;
  let savedAtMs = now();

  return { progress, enter, save, saveInTime };

  async function enter(state: ReplayState, error?: string): Promise<void> {
    progress.state = state;
    progress.waitingFor = undefined;
    progress.error = error;
    if (state === 'completed' || state === 'cancelled' || state === 'failed') progress.finishedAtMs = now();
    await save();
  }

  /** Rejects with Lost. While Kafka is away nothing is sent either: the two go on together. */
  async function save(): Promise<void> {
    for (;;) {
      progress.updatedAtMs = now();
      const written = await writer.put(structuredClone(progress));
      if (written.kind === 'lost') throw new Lost(`${progress.replayId} is ${written.owner}'s now`);
      if (written.kind === 'written') break;
      await pause(written.detail);
    }
    unsavedSends = 0;
    savedAtMs = now();
  }

  async function saveInTime(sends: number): Promise<void> {
    unsavedSends += sends;
    if (unsavedSends >= MAX_UNSAVED_SENDS || now() - savedAtMs >= MAX_UNSAVED_MS) await save();
  }
}
