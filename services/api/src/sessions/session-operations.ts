import { z } from 'zod';
import { suffices } from '../access/caller.ts';
import { setSessionCookie } from '../access/cookie.ts';
import { isWhole } from '../access/scope.ts';
import { type AnyOperation, operation } from '../http/operation.ts';
import { configurationUnavailable } from '../http/problems.ts';
import type { SessionMaker } from './open-session.ts';
import { callerView, meView, newSession, viewCaller } from './session-fields.ts';

const none = z.strictObject({});

/** Sessions of a browser, which must not keep a key: by a cookie that no script can read. */
export function sessionOperations(sessions: SessionMaker, now: () => number): AnyOperation[] {
  const create = operation({
    method: 'post',
    path: '/v1/sessions',
    operationId: 'createSession',
    tag: 'sessions',
    summary: 'Exchange an API key, or the token of a portal link, for the cookie of a session.',
    role: undefined,
    params: none,
    query: none,
    body: newSession,
    answers: callerView,
    statuses: [201],
    responseHeaders: ['set-cookie'],
    problems: [
      '400 invalid_request',
      '401 unauthorized',
      '429 rate_limited',
      '503 configuration_unavailable',
    ],
    async handle({ body, isOnLoopback, requestId }) {
      const made =
        body.portal_token === undefined
          ? sessions.fromKey(body.api_key ?? '')
          : await sessions.fromLink(body.portal_token, requestId);
      if (made.kind === 'unavailable') return configurationUnavailable(made.detail);
      if (made.kind === 'refused') return { problem: made.problem };
      const maxAgeSeconds = Math.floor((made.expiresAtMs - now()) / 1_000);
      return {
        status: 201,
        actor: made.caller.actor,
        headers: { 'set-cookie': setSessionCookie(made.cookie, maxAgeSeconds, isOnLoopback) },
        body: viewCaller(made.caller),
      };
    },
  });

  const end = operation({
    method: 'delete',
    path: '/v1/sessions/current',
    operationId: 'endSession',
    tag: 'sessions',
    summary:
      'Log out: the browser forgets the session. One from a portal link is over for good; one from an API key is, for who has copied the cookie, only when its time is up or the key is revoked.',
    role: 'read',
    params: none,
    query: none,
    body: undefined,
    answers: undefined,
    responseHeaders: ['set-cookie'],
    problems: ['503 configuration_unavailable'],
    async handle({ account, isOnLoopback }) {
      const headers = { 'set-cookie': setSessionCookie('', 0, isOnLoopback) };
      const left = await account.portalLinks.leave();
      if (left.kind !== 'unavailable') return { status: 204, headers };
      const unavailable = configurationUnavailable(left.detail);
      return { ...unavailable, headers: { ...unavailable.headers, ...headers } };
    },
  });

  return [create, end];
}

/** @param operations all of the API, this one too, when it is asked */
export function meOperation(operations: () => readonly AnyOperation[]): AnyOperation {
  return operation({
    method: 'get',
    path: '/v1/me',
    operationId: 'getMe',
    tag: 'sessions',
    summary: 'Who asks: account, key or session, role, scope, expiry, and what may be asked for with it.',
    role: 'read',
    params: none,
    query: none,
    body: undefined,
    answers: meView,
    problems: [],
    handle({ caller }) {
      const mayAsk = (asked: AnyOperation) =>
        asked.role === undefined ||
        (suffices(caller.role, asked.role) &&
          !(asked.keyOnly && caller.actor.kind !== 'api_key') &&
          !(asked.wholeAccount && !isWhole(caller.scope)));
      return {
        status: 200,
        body: {
          ...viewCaller(caller),
          operations: operations().flatMap((asked) => (mayAsk(asked) ? [asked.operationId] : [])),
        },
      };
    },
  });
}
