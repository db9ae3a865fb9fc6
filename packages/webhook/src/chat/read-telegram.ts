import type { Outcome } from '@herald/domain/outcome';
import type { ClosedReason, Reading } from '@herald/domain/reading';
import { askedWaitMs, MAX_RETRY_AFTER_MS } from '@herald/domain/retry-after';

/**
 * What the Bot API has answered. It says so by `{ok, error_code, description, parameters}` ("Making requests"); what
 * is not of this form, of a proxy or another server, says nothing of the chat and may heal. Of an error only its code
 * and its parameters are documented, so its text is looked at only to tell a chat that takes nothing from a message
 * that is not taken, both 400. `isOwnBot` is whether the token is the endpoint's own: where that of the installation is
 * refused, the endpoint's owner can do nothing about it.
 */
export function readTelegram(outcome: Outcome, nowMs: number, { isOwnBot }: { isOwnBot: boolean }): Reading {
  if (outcome.kind === 'error') return { kind: 'failed', askedMs: 0 };
  const answer = parsed(outcome);
  if (answer === 'accepted') return { kind: 'accepted' };
  const askedByHttpMs = askedWaitMs(outcome, nowMs);
  if (!answer) return failed(`${outcome.status}: no answer of the Bot API`, askedByHttpMs);
  const detail = `${answer.code} ${answer.description}`;
  const { migratedTo } = answer;
  if (migratedTo !== undefined) {
    return { kind: 'closed', reason: 'migrated', detail: `${detail}; its chat id is now ${migratedTo}` };
  }
  switch (answer.code) {
    case 400:
      return badRequest(answer.description, detail);
    case 401:
    case 404:
      return isOwnBot
        ? { kind: 'closed', reason: 'unauthorized', detail: `${detail}: the bot token is not valid` }
        : failed(`${detail}: the bot token of this installation is not valid`, askedByHttpMs);
    case 403:
      return { kind: 'closed', reason: 'blocked', detail };
    case 413:
      return { kind: 'refused', detail };
    default:
      return failed(detail, Math.max(answer.retryAfterMs, askedByHttpMs));
  }
}

/** Texts of the Bot API server that speak of the chat, and what they say of it. Of anything else the message is at fault. */
const OF_THE_CHAT: readonly (readonly [text: RegExp, reason: ClosedReason])[] = [
  [/chat not found|user not found|peer_id_invalid|chat_id is empty|chat id/i, 'gone'],
  [/group (?:chat )?(?:was|is) deactivated|topic_(?:closed|deleted)|thread not found/i, 'gone'],
  [/rights|chat_write_forbidden|chat_restricted|chat_send_\w+_forbidden|not a member/i, 'blocked'],
];

function badRequest(description: string, detail: string): Reading {
  const [, reason] = OF_THE_CHAT.find(([text]) => text.test(description)) ?? [];
  return reason ? { kind: 'closed', reason, detail } : { kind: 'refused', detail };
}

function failed(detail: string, askedMs: number): Reading {
  return { kind: 'failed', askedMs, detail };
}

interface Refusal {
  code: number;
  description: string;
  /** 0 where it asks for none. */
  retryAfterMs: number;
  migratedTo: string | undefined;
}

/** The message is repeated in the answer, at six bytes a letter: one that is accepted may be cut. */
const ACCEPTED = /^\s*\{\s*"ok"\s*:\s*true\b/;
const MAX_DESCRIPTION_CHARS = 300;

type Response = Extract<Outcome, { kind: 'response' }>;

function parsed({ status, body }: Response): 'accepted' | Refusal | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (status >= 200 && status < 300 && ACCEPTED.test(text)) return 'accepted';
  const { ok, error_code, description, parameters } = objectOf(text);
  if (ok !== false) return undefined;
  const { retry_after, migrate_to_chat_id } = isObject(parameters) ? parameters : {};
  return {
    code: typeof error_code === 'number' ? error_code : status,
    description: typeof description === 'string' ? description.slice(0, MAX_DESCRIPTION_CHARS) : '',
    retryAfterMs: waitMs(retry_after),
    migratedTo: Number.isSafeInteger(migrate_to_chat_id) ? String(migrate_to_chat_id) : undefined,
  };
}

/** Seconds, bounded as Retry-After is. */
function waitMs(seconds: unknown): number {
  if (typeof seconds !== 'number' || !(seconds > 0)) return 0;
  return Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
