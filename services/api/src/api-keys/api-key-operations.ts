import type { ApiKeyInfo } from '@herald/registry/api-key';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import { invalidRequest } from '../http/invalid.ts';
import { cutNewestFirst } from '../http/newest-first.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { configurationUnavailable, notFound, refusedCursor } from '../http/problems.ts';
import * as fields from './api-key-fields.ts';

const none = z.strictObject({});

/** The keys of an account: those who may make one may make any, so all of it is for admins. */
export function apiKeyOperations(now: () => number): AnyOperation[] {
  const view = (info: ApiKeyInfo, { actor }: Caller) =>
    fields.viewApiKey(info, {
      callerKeyId: actor.kind === 'api_key' ? actor.id : undefined,
      nowMs: now(),
    });

  const create = operation({
    method: 'post',
    path: '/v1/api-keys',
    operationId: 'createApiKey',
    tag: 'api-keys',
    summary: 'Make an API key of the account. The answer shows it, this once.',
    role: 'admin',
    wholeAccount: true,
    params: none,
    query: none,
    body: fields.newApiKey,
    answers: fields.createdApiKeyView,
    statuses: [201],
    responseHeaders: ['location'],
    problems: ['409 too_many_keys', '503 configuration_unavailable'],
    async handle({ account, caller, body }) {
      const { name, role, expires_at: expiresAtMs } = body;
      if (expiresAtMs !== null && expiresAtMs <= now()) return expired(expiresAtMs);
      const created = await account.apiKeys.create({
        ...{ name, role },
        ...(expiresAtMs !== null && { expiresAtMs }),
      });
      switch (created.kind) {
        case 'created':
          return {
            status: 201,
            headers: { location: `/v1/api-keys/${created.info.keyId}`, 'cache-control': 'no-store' },
            body: { ...view(created.info, caller), key: created.text },
          };
        case 'too_many':
          return tooManyKeys(created.limit);
        case 'unavailable':
          return configurationUnavailable(created.detail);
      }
    },
  });

  const list = operation({
    method: 'get',
    path: '/v1/api-keys',
    operationId: 'listApiKeys',
    tag: 'api-keys',
    summary: 'List the API keys of the account, newest first, with those that open nothing any more.',
    role: 'admin',
    wholeAccount: true,
    params: none,
    query: fields.apiKeyQuery,
    body: undefined,
    answers: fields.apiKeyPage,
    problems: ['400 refused_cursor'],
    handle({ account, caller, query }) {
      const page = cutNewestFirst(
        account.apiKeys.list(),
        ({ keyId: id, createdAtMs }) => ({ id, createdAtMs }),
        query,
      );
      if (page.kind === 'refused_cursor') return { problem: refusedCursor(page.reason) };
      const items = page.items.map((info) => view(info, caller));
      return { status: 200, body: { items, next_cursor: page.nextCursor ?? null } };
    },
  });

  const get = operation({
    method: 'get',
    path: '/v1/api-keys/{key_id}',
    operationId: 'getApiKey',
    tag: 'api-keys',
    summary: 'Get an API key, but for the key itself.',
    role: 'admin',
    wholeAccount: true,
    params: fields.apiKeyParams,
    query: none,
    body: undefined,
    answers: fields.apiKeyView,
    problems: ['404 not_found'],
    handle({ account, caller, params }) {
      const info = account.apiKeys.get(params.key_id);
      return info
        ? { status: 200, body: view(info, caller) }
        : { problem: notFound('API key', params.key_id) };
    },
  });

  const revoke = operation({
    method: 'delete',
    path: '/v1/api-keys/{key_id}',
    operationId: 'revokeApiKey',
    tag: 'api-keys',
    summary:
      'Revoke an API key, for good: within a second it opens nothing anywhere. A key may revoke itself (is_caller says so), but not where no other admin key would be left.',
    role: 'admin',
    wholeAccount: true,
    params: fields.apiKeyParams,
    query: none,
    body: undefined,
    answers: fields.apiKeyView,
    problems: ['404 not_found', '409 last_admin_key', '503 configuration_unavailable'],
    async handle({ account, caller, params }) {
      const revoked = await account.apiKeys.revoke(params.key_id);
      switch (revoked.kind) {
        case 'revoked':
          return { status: 200, body: view(revoked.info, caller) };
        case 'missing':
          return { problem: notFound('API key', params.key_id) };
        case 'last_admin':
          return lastAdminKey;
        case 'unavailable':
          return configurationUnavailable(revoked.detail);
      }
    },
  });

  return [create, list, get, revoke];
}

function expired(expiresAtMs: number): Answer {
  return {
    problem: invalidRequest([
      {
        in: 'body',
        field: 'expires_at',
        value: JSON.stringify(new Date(expiresAtMs).toISOString()),
        problem: 'it is over: the key would open nothing',
        remedy: 'Expected: a time to come, or null for a key that does not expire.',
      },
    ]),
  };
}

function tooManyKeys(limit: number): Answer {
  return {
    problem: {
      status: 409,
      code: 'too_many_keys',
      title: 'The account has as many API keys as it may',
      detail: `An account has at most ${limit} keys that open something. Revoke those that are not needed.`,
      max_keys: limit,
    },
  };
}

const lastAdminKey: Answer = {
  problem: {
    status: 409,
    code: 'last_admin_key',
    title: 'It is the last admin key of the account',
    detail:
      'Without it nobody could make keys for the account. Make another key with the role admin first, and revoke this one with that; an operator can revoke it by herald keys revoke.',
  },
};
