import type { Problem } from '@herald/service-kit/problem';
import type { Verification } from './api-key.ts';

const DETAILS: Readonly<Record<Extract<Verification, { ok: false }>['reason'] | 'missing', string>> = {
  missing: 'Send the header Authorization: Bearer <key>. Keys are made by herald keys create.',
  malformed: 'The key does not have the form hk_<id>_<secret>. Send it whole, after the word Bearer.',
  unknown: 'There is no such key. Check that it belongs to this installation.',
  expired: 'The key has expired. Make a new one by herald keys create.',
  revoked: 'The key was revoked. Make a new one by herald keys create.',
};

/** What every service that takes API keys answers where there is none that opens anything. */
export function unauthorized(reason: keyof typeof DETAILS): Problem {
  return { status: 401, code: 'unauthorized', title: 'No valid API key', detail: DETAILS[reason], reason };
}
