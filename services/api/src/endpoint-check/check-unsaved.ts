import {
  checkDestination,
  type DestinationChecked,
  type DestinationCheckOptions,
} from '@herald/webhook/check-destination';
import { createCheckTurns, type TooManyChecks } from './check-turns.ts';

export type UnsavedChecked = { kind: 'checked'; checked: DestinationChecked } | TooManyChecks;

/** Looks whether a URL could be sent to, for an account that asks. */
export type CheckUnsaved = (accountId: string, url: string) => Promise<UnsavedChecked>;

const CHECK_TIMEOUT_MS = 5_000;

export function createCheckUnsaved(options: Omit<DestinationCheckOptions, 'timeoutMs'>): CheckUnsaved {
  const turns = createCheckTurns();
  return async (accountId, url) => {
    const turn = await turns.take(accountId);
    if (turn.kind === 'too_many') return turn;
    try {
      const checked = await checkDestination(url, { ...options, timeoutMs: CHECK_TIMEOUT_MS });
      return { kind: 'checked', checked };
    } finally {
      turn.release();
    }
  };
}
