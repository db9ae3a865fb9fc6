import type { Outcome } from '@herald/domain/outcome';
import type { Reading } from '@herald/domain/reading';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSlack } from './read-slack.ts';
import { readTelegram } from './read-telegram.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const DAY_MS = 24 * 60 * 60 * 1_000;

function response(status: number, body: string | object, headers: Record<string, string> = {}): Outcome {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { kind: 'response', status, headers, body: bytes, bodyTruncated: false };
}

const refused = (error_code: number, description: string, parameters?: object) =>
  response(error_code, { ok: false, error_code, description, ...(parameters && { parameters }) });
const telegram = (outcome: Outcome, isOwnBot = true): Reading => readTelegram(outcome, NOW, { isOwnBot });

/** Status and body, as the name of a test. */
function named(rows: readonly (readonly [Outcome, string])[]): [string, string, Outcome][] {
  return rows.map(([outcome, meaning]) => [
    outcome.kind === 'error' ? outcome.error : `${outcome.status} ${Buffer.from(outcome.body)}`,
    meaning,
    outcome,
  ]);
}

/** In short: the kind, and the reason or the wait. */
function short(reading: Reading): string {
  if (reading.kind === 'closed') return `closed ${reading.reason}`;
  return reading.kind === 'failed' ? `failed ${reading.askedMs}` : reading.kind;
}

describe('an answer of the Bot API', () => {
  it.each(
    named([
      [response(200, { ok: true, result: { message_id: 1 } }), 'accepted'],
      [response(200, '{"ok":true,"result":{"text":"\\u0441\\u043'), 'accepted'],
      [response(200, { ok: false, error_code: 500, description: 'Internal Server Error' }), 'failed 0'],
      [response(200, { ok: false }), 'failed 0'],
      [response(200, '<html>{"ok":true}</html>'), 'failed 0'],
      [response(200, ''), 'failed 0'],
      [response(500, { ok: true }), 'failed 0'],
      [refused(429, 'Too Many Requests: retry after 7', { retry_after: 7 }), 'failed 7000'],
      [refused(429, 'Too Many Requests'), 'failed 0'],
      [refused(429, 'Too Many Requests', { retry_after: 1e9 }), `failed ${DAY_MS}`],
      [refused(429, 'Too Many Requests', { retry_after: -1 }), 'failed 0'],
      [refused(429, 'Too Many Requests', { retry_after: 'soon' }), 'failed 0'],
      [refused(500, 'Internal Server Error'), 'failed 0'],
      [refused(502, 'Bad Gateway'), 'failed 0'],
      [refused(409, 'Conflict: terminated by other getUpdates request'), 'failed 0'],
      [refused(403, 'Forbidden: bot was blocked by the user'), 'closed blocked'],
      [refused(403, 'Forbidden: user is deactivated'), 'closed blocked'],
      [refused(403, 'Forbidden: bot was kicked from the supergroup chat'), 'closed blocked'],
      [refused(403, 'Forbidden: bot is not a member of the channel chat'), 'closed blocked'],
      [refused(403, "Forbidden: bot can't initiate conversation with a user"), 'closed blocked'],
      [refused(400, 'Bad Request: chat not found'), 'closed gone'],
      [refused(400, 'Bad Request: PEER_ID_INVALID'), 'closed gone'],
      [refused(400, 'Bad Request: group chat was deactivated'), 'closed gone'],
      [refused(400, 'Bad Request: TOPIC_CLOSED'), 'closed gone'],
      [refused(400, 'Bad Request: not enough rights to send text messages to the chat'), 'closed blocked'],
      [refused(400, 'Bad Request: need administrator rights in the channel chat'), 'closed blocked'],
      [refused(400, 'Bad Request: CHAT_WRITE_FORBIDDEN'), 'closed blocked'],
      [
        refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
          migrate_to_chat_id: -1001234567890,
        }),
        'closed migrated',
      ],
      [refused(400, "Bad Request: can't parse entities: unclosed start tag at byte offset 3"), 'refused'],
      [refused(400, 'Bad Request: message is too long'), 'refused'],
      [refused(400, 'Bad Request: message text is empty'), 'refused'],
      [refused(413, 'Request Entity Too Large'), 'refused'],
      [refused(401, 'Unauthorized'), 'closed unauthorized'],
      [refused(404, 'Not Found'), 'closed unauthorized'],
      [response(404, 'nginx: not found'), 'failed 0'],
      [response(403, '<html>Forbidden by the proxy</html>'), 'failed 0'],
      [response(503, 'busy', { 'retry-after': '9' }), 'failed 9000'],
      [{ kind: 'error', error: 'timeout', message: 'no answer' }, 'failed 0'],
    ]),
  )('%s means %s', (_, meaning, outcome) => {
    expect(short(telegram(outcome))).toBe(meaning);
  });

  it('names the new chat where a group has moved', () => {
    const moved = refused(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: -1001234567890,
    });
    expect(telegram(moved)).toMatchObject({ detail: expect.stringContaining('-1001234567890') });
  });

  it.each([401, 404])(
    'that the token is not valid (%d) is no fault of an endpoint without its own',
    (code) => {
      expect(short(telegram(refused(code, 'x'), false))).toBe('failed 0');
    },
  );

  it('says for itself what is wrong, in bounds', () => {
    expect(telegram(refused(403, 'Forbidden: bot was blocked by the user'))).toMatchObject({
      detail: '403 Forbidden: bot was blocked by the user',
    });
    const long = telegram(refused(400, 'x'.repeat(10_000)));
    expect(long.kind === 'refused' && long.detail.length).toBeLessThan(400);
  });

  it('is read whatever it is, and accepts by nothing but 2xx and ok', () => {
    const anyBody = fc.oneof(fc.string(), fc.json(), fc.constant('{"ok":true}'));
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), anyBody, (status, body) => {
        const { kind } = telegram(response(status, body));
        if (kind === 'accepted') expect(status < 300 && JSON.parse(body).ok === true).toBe(true);
      }),
    );
  });
});

describe('an answer of an incoming webhook', () => {
  it.each(
    named([
      [response(200, 'ok'), 'accepted'],
      [response(200, 'ok\n'), 'accepted'],
      [response(200, '<html>Sign in to the network</html>'), 'failed 0'],
      [response(200, ''), 'failed 0'],
      [response(302, ''), 'failed 0'],
      [response(429, 'rate_limited', { 'retry-after': '30' }), 'failed 30000'],
      [response(429, ''), 'failed 0'],
      [response(400, 'invalid_payload'), 'refused'],
      [response(400, 'invalid_blocks'), 'refused'],
      [response(400, 'no_text'), 'refused'],
      [response(400, '<html>Bad Request</html>'), 'failed 0'],
      [response(400, 'user_not_found'), 'closed gone'],
      [response(403, 'action_prohibited'), 'closed blocked'],
      [response(403, 'posting_to_general_channel_denied'), 'closed blocked'],
      [response(403, 'invalid_token'), 'closed unauthorized'],
      [response(403, 'denied by the proxy'), 'failed 0'],
      [response(404, 'channel_not_found'), 'closed gone'],
      [response(404, 'no_service'), 'closed gone'],
      [response(404, 'no_team'), 'closed gone'],
      [response(404, ''), 'failed 0'],
      [response(410, 'channel_is_archived'), 'closed gone'],
      [response(500, 'rollup_error'), 'failed 0'],
      [response(500, 'no_service'), 'failed 0'],
      [response(503, 'x', { 'retry-after': '5' }), 'failed 5000'],
      [{ kind: 'error', error: 'reset', message: 'closed' }, 'failed 0'],
    ]),
  )('%s means %s', (_, meaning, outcome) => {
    expect(short(readSlack(outcome, NOW))).toBe(meaning);
  });
});
