import type { Outcome } from '@herald/domain/outcome';
import type { ClosedReason, Reading } from '@herald/domain/reading';
import { askedWaitMs } from '@herald/domain/retry-after';

/**
 * What an incoming webhook has answered: `ok`, or a word for what is wrong ("Sending messages using incoming webhooks",
 * "Handling errors"). An answer without one of these words, of a proxy or another server, says nothing of the channel
 * and may heal; so do a 429, whose Retry-After is honoured, and whatever goes wrong on Slack's side.
 */
export function readSlack(outcome: Outcome, nowMs: number): Reading {
  if (outcome.kind === 'error') return { kind: 'failed', askedMs: 0 };
  const word = wordOf(outcome.body);
  if (outcome.status === 200 && word === 'ok') return { kind: 'accepted' };
  const detail = word ? `${outcome.status} ${word}` : `${outcome.status}: no answer of Slack's`;
  const reason = CLOSED.get(word ?? '');
  if (outcome.status >= 400 && outcome.status < 500) {
    if (reason) return { kind: 'closed', reason, detail };
    if (outcome.status === 400 && word) return { kind: 'refused', detail };
  }
  return { kind: 'failed', askedMs: askedWaitMs(outcome, nowMs), detail };
}

const CLOSED: ReadonlyMap<string, ClosedReason> = new Map(
  Object.entries({
    channel_not_found: 'gone',
    channel_is_archived: 'gone',
    user_not_found: 'gone',
    no_service: 'gone',
    no_service_id: 'gone',
    no_active_hooks: 'gone',
    no_team: 'gone',
    team_disabled: 'gone',
    invalid_token: 'unauthorized',
    action_prohibited: 'blocked',
    posting_to_general_channel_denied: 'blocked',
  }),
);

const MAX_WORD_BYTES = 64;

/** Slack's answers are of one word in lower case. */
function wordOf(body: Uint8Array): string | undefined {
  if (body.byteLength > MAX_WORD_BYTES) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1').trim();
  return /^[a-z][a-z_]*$/.test(text) ? text : undefined;
}
