import {
  checkDestination,
  type DestinationChecked,
  type DestinationCheckOptions,
} from '@herald/webhook/check-destination';

export type UnsavedChecked =
  | { kind: 'checked'; checked: DestinationChecked }
  /** So many are under way; nothing was looked at. */
  | { kind: 'too_many'; checks: number; of: 'the account' | 'this process' };

/** Looks whether a URL could be sent to, for an account that asks. */
export type CheckUnsaved = (accountId: string, url: string) => Promise<UnsavedChecked>;

/** Few: a person asks for one, and whoever asks for more looks for open ports. */
export const MAX_CHECKS = 16;
export const MAX_CHECKS_PER_ACCOUNT = 2;

const CHECK_TIMEOUT_MS = 5_000;

export function createCheckUnsaved(options: Omit<DestinationCheckOptions, 'timeoutMs'>): CheckUnsaved {
  const underway = new Map<string, number>();
  let checks = 0;
  return async (accountId, url) => {
    const ofAccount = underway.get(accountId) ?? 0;
    if (ofAccount >= MAX_CHECKS_PER_ACCOUNT)
      return { kind: 'too_many', checks: ofAccount, of: 'the account' };
    if (checks >= MAX_CHECKS) return { kind: 'too_many', checks, of: 'this process' };
    checks += 1;
    underway.set(accountId, ofAccount + 1);
    try {
      const checked = await checkDestination(url, { ...options, timeoutMs: CHECK_TIMEOUT_MS });
      return { kind: 'checked', checked };
    } finally {
      checks -= 1;
      const left = (underway.get(accountId) ?? 1) - 1;
      if (left === 0) underway.delete(accountId);
      else underway.set(accountId, left);
    }
  };
}
